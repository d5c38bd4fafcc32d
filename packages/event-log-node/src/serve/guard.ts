import {
  ServerInterceptingCall,
  type Metadata,
  type ServerInterceptor,
  type ServerInterceptingCallInterface,
} from '@grpc/grpc-js';
import type { LogUser } from '../event-log-access.js';
import type { Users } from '../access/users.js';
import { GossipService, OperationsService, ServerFeaturesService, StreamsService } from './definitions.js';
import { accessDenied, unauthenticated } from './errors.js';
import { boundIncoming } from './incoming.js';
import { Unfinished } from './unfinished.js';

type Right = 'anybody' | LogUser;

const pathsOf = (service: object): string[] => Object.values(service as { path: string }[]).map(({ path }) => path);

/**
 * The right that each method requires. The official client asks for the server's features and reads gossip without
 * credentials. Both answers contain versions and addresses only.
 */
const RIGHTS = new Map<string, Right>([
  ...pathsOf(GossipService).map((path): [string, Right] => [path, 'anybody']),
  ...pathsOf(ServerFeaturesService).map((path): [string, Right] => [path, 'anybody']),
  ...pathsOf(OperationsService).map((path): [string, Right] => [path, 'admin']),
  ...pathsOf(StreamsService).map((path): [string, Right] => [path, 'truyvet']),
  [StreamsService.delete.path, 'admin'],
  [StreamsService.tombstone.path, 'admin'],
]);

/** Knows the user of each call by the metadata object that its handler gets. */
export class Callers {
  private readonly users = new WeakMap<Metadata, LogUser>();
  private readonly strangers = Unfinished.ofStrangers();

  constructor(
    private readonly known: Users,
    private readonly unfinished: Unfinished,
    /** Called for each call that was refused because of its user or password. */
    private readonly onRefused: (peer: string) => void = () => undefined,
  ) {}

  /**
   * Whether a call may write to a stream. Streams that begin with `$` hold the log together: metadata, which
   * truncates and deletes events, and what the server itself writes.
   */
  mayWrite({ metadata }: { metadata: Metadata }, streamName: Buffer): boolean {
    return streamName[0] !== DOLLAR || this.users.get(metadata) === 'admin';
  }

  /** Refuses calls before anything of their messages is read. */
  readonly guard: ServerInterceptor = (method, call) => {
    const right = RIGHTS.get(method.path) ?? 'admin';
    boundIncoming(call, method.path, right === 'anybody' ? this.strangers : this.unfinished);
    if (right === 'anybody') return call as ServerInterceptingCall;
    return new ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata: (metadata, goOn) => {
            if (this.admit(right, metadata, call)) goOn(metadata);
          },
        }),
    });
  };

  private admit(right: LogUser, metadata: Metadata, call: ServerInterceptingCallInterface): boolean {
    const [header] = metadata.get('authorization');
    // A handler that logs its call must not log the password.
    metadata.remove('authorization');
    const user = header === undefined ? undefined : this.known.userOf(String(header));
    if (user === undefined) {
      this.onRefused(call.getPeer());
      call.sendStatus(unauthenticated(header === undefined));
      return false;
    }
    if (right === 'admin' && user !== 'admin') {
      call.sendStatus(accessDenied());
      return false;
    }
    this.users.set(metadata, user);
    return true;
  }
}

const DOLLAR = '$'.charCodeAt(0);
