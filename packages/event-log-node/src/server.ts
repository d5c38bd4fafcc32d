import { Server, type ServiceDefinition } from '@grpc/grpc-js';
import { accessFolderOf, logUrl, openUrl, type LogUser } from './event-log-access.js';
import { openAccess } from './access/access.js';
import { DAY_MS } from './access/certificates.js';
import { checkPort, listen } from './listen.js';
import { readAppend, readBatchAppend, readStreamRequest } from './format/requests.js';
import { BatchAppender, handleAppend, handleRemoval } from './serve/append.js';
import { GossipService, OperationsService, ServerFeaturesService, StreamsService } from './serve/definitions.js';
import { bundled } from './serve/frame-bundle.js';
import { Callers } from './serve/guard.js';
import { LARGEST_MESSAGE } from './serve/incoming.js';
import { Reader } from './serve/read.js';
import { Unfinished } from './serve/unfinished.js';
import { gossip, operations, supportedMethods } from './serve/services.js';
import { Scavenger } from './store/scavenge.js';
import { Store } from './store/store.js';

/** Milliseconds until a connection without a call is closed. The client opens another one for its next call. */
const MOST_IDLE_MS = 10 * 60_000;

export interface EventLogNodeOptions {
  /** 0 lets the system choose. */
  port: number;
  /** Address to listen on; 127.0.0.1 by default. */
  host?: string;
  /** Folder of the store; created when it does not exist. */
  dataDir: string;
  /** Time of stored events, in milliseconds since 1970; the machine's clock by default. */
  now?: () => number;
  /** Folder of the certificate and the users; beside the store's folder by default. */
  accessDir?: string;
  /** Called with sentences that an operator should read. */
  warn?: (text: string) => void;
}

export interface EventLogNode {
  port: number;
  /** Connection string without a user, with the authority's certificate. It contains no secret. */
  address: string;
  /**
   * For `EventStoreDBClient.connectionString`, with the password in it. Throws when the password is not in the
   * folder.
   */
  connectionString(user?: LogUser): string;
  /** Resolves when the disk failed and the node can no longer promise anything: close it and end the process. */
  failed: Promise<Error>;
  /** Finishes pending writes, ends subscriptions and releases the folder. */
  close(): Promise<void>;
}

/**
 * Starts an event log that speaks EventStoreDB's gRPC protocol.
 *
 * @throws EventLogError when the port or the folder cannot be used, or the folder's content is damaged or of a newer
 * format.
 */
export async function startEventLogNode(options: EventLogNodeOptions): Promise<EventLogNode> {
  const { host = '127.0.0.1', dataDir, warn = () => undefined, now = Date.now } = options;
  const accessDir = options.accessDir ?? accessFolderOf(dataDir);
  await checkPort(host, options.port);
  const { users, identity } = await openAccess(accessDir, host, { warn });
  const store = await Store.open(dataDir, { warn, now });
  const unfinished = new Unfinished();
  const callers = new Callers(users, unfinished, warnOfRefusals(warn));
  const server = new Server({
    'grpc.max_receive_message_length': LARGEST_MESSAGE,
    'grpc.max_concurrent_streams': 1_000,
    'grpc.max_connection_idle_ms': MOST_IDLE_MS,
    interceptors: [callers.guard],
  });
  const reader = new Reader(store, (error) => warn(`A read failed: ${String(error)}`));
  let address = { host: reachable(host), port: options.port };
  addServices(server, { store, callers, unfinished, reader, address: () => address });
  const listening = await listen(server, host, options.port, identity).catch(async (error: unknown) => {
    await store.close();
    throw error;
  });
  address = { ...address, port: listening.port };
  const renewing = setInterval(() => {
    openAccess(accessDir, host, { warn }).then(
      ({ identity: renewed }) => listening.renew(renewed),
      (error: unknown) => warn(`The certificate of the event log could not be renewed: ${String(error)}`),
    );
  }, DAY_MS).unref();
  let closing: Promise<void> | undefined;
  return {
    port: listening.port,
    address: openUrl(address, accessDir),
    connectionString: (user) => {
      const url = logUrl(address, accessDir, user);
      if (url === undefined) throw new Error(`the password of ${user} is not in ${accessDir}`);
      return url;
    },
    failed: store.failed,
    close: () =>
      (closing ??= (async () => {
        clearInterval(renewing);
        reader.stop();
        listening.close();
        await drain(server);
        await store.close();
      })()),
  };
}

interface Parts {
  store: Store;
  callers: Callers;
  unfinished: Unfinished;
  reader: Reader;
  /** Where callers reach the node; known once it listens. */
  address: () => { host: string; port: number };
}

function addServices(server: Server, { store, callers, unfinished, reader, address }: Parts): void {
  const scavenger = new Scavenger(store);
  server.addService(streamsService(), {
    read: reader.handle,
    append: (call: Parameters<typeof handleAppend>[3], callback: Parameters<typeof handleAppend>[4]) =>
      handleAppend(store, callers, unfinished, call, callback),
    batchAppend: (call: ConstructorParameters<typeof BatchAppender>[3]) =>
      new BatchAppender(store, callers, unfinished, call),
    delete: (call: Parameters<typeof handleRemoval>[2], callback: Parameters<typeof handleRemoval>[3]) =>
      handleRemoval(store, 'delete', call, callback),
    tombstone: (call: Parameters<typeof handleRemoval>[2], callback: Parameters<typeof handleRemoval>[3]) =>
      handleRemoval(store, 'tombstone', call, callback),
  });
  server.addService(GossipService, gossip(address));
  server.addService(ServerFeaturesService, supportedMethods());
  server.addService(
    OperationsService,
    operations(() => scavenger.scavenge()),
  );
}

/** The Streams service, with hand-written codecs for the messages on the hot path. */
function streamsService(): ServiceDefinition {
  const { append, batchAppend, delete: remove, tombstone, read } = StreamsService;
  return {
    read: Object.assign({}, read, bundled),
    append: Object.assign({}, append, { requestDeserialize: readAppend }, bundled),
    batchAppend: Object.assign({}, batchAppend, { requestDeserialize: readBatchAppend }, bundled),
    delete: { ...remove, requestDeserialize: readStreamRequest },
    tombstone: { ...tombstone, requestDeserialize: readStreamRequest },
  };
}

const OF_THIS_MACHINE = ['127.0.0.1', '::1', '0.0.0.0', '::'];
/**
 * The name that a caller on this machine dials. It is not an address, because TLS identifies servers by name, and
 * Node warns about TLS to an address.
 */
const reachable = (host: string): string => (OF_THIS_MACHINE.includes(host) ? 'localhost' : host);

/** Warns once a minute at most, because somebody with a wrong password may try it for ever. */
function warnOfRefusals(warn: (text: string) => void): (peer: string) => void {
  let warnedAt = -Infinity;
  let since = 0;
  return (peer) => {
    since++;
    if (Date.now() - warnedAt < 60_000) return;
    const calls = since === 1 ? 'A call was' : `${since} calls were`;
    warn(`${calls} refused without a valid user and password, the last one from ${peer}.`);
    warnedAt = Date.now();
    since = 0;
  };
}

const GRACE_MS = 2_000;

/** Lets running calls finish for a moment, then cuts off the others. */
async function drain(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    const cut = setTimeout(() => {
      server.forceShutdown();
      resolve();
    }, GRACE_MS);
    server.tryShutdown(() => {
      clearTimeout(cut);
      resolve();
    });
  });
}
