import { credentials, type ChannelCredentials } from '@grpc/grpc-js';
import { discoverEndpoint } from '@eventstore/db-client/dist/Client/discovery.js';
import { leaderIn, unavailable } from './call-errors.js';
import { Connection } from './connection.js';
import type { Endpoint, WireSettings } from './settings.js';

/** Which member of a cluster: the one that writes, or the one that `nodePreference` names. */
export type Role = 'leader' | 'preferred';

interface Way {
  connection?: Connection;
  /** The connection that is being made. */
  opening: Promise<Connection> | undefined;
  /** The leader, if a member named it. */
  next: Endpoint | undefined;
  /** The member that was away last: it is asked last where the others are. */
  failed: Endpoint | undefined;
}

/** The members of a log, and a connection to one for each role, made when it is needed. */
export class Members {
  readonly #ways = new Map<Role, Way>();
  readonly #credentials: ChannelCredentials;
  #closed = false;

  constructor(private readonly settings: WireSettings) {
    const { tls } = settings;
    this.#credentials = tls ? credentials.createSsl(tls.ca, tls.key, tls.cert) : credentials.createInsecure();
  }

  /** @throws the error of an unavailable log, when no member can be found. */
  async connection(role: Role): Promise<Connection> {
    const way = this.#wayOf(role);
    if (way.connection?.usable) return way.connection;
    const opening = (way.opening ??= this.#open(way, role).finally(() => (way.opening = undefined)));
    return opening;
  }

  /** Notes why a call on this connection ended, so that the next call may go to another member. */
  ended(connection: Connection, error: Error): void {
    const leader = leaderIn(error);
    const away = 'type' in error && (error.type === 'unavailable' || error.type === 'cancelled');
    if (!leader && !away) return;
    for (const way of this.#ways.values()) {
      if (way.connection !== connection) continue;
      delete way.connection;
      way.next = leader;
      way.failed = leader ? undefined : connection.endpoint;
    }
    connection.close();
  }

  close(): void {
    this.#closed = true;
    for (const { connection } of this.#ways.values()) connection?.close();
  }

  /** Of a single node, and where the leader is preferred, both roles have the same connection. */
  #wayOf(role: Role): Way {
    const { hosts, dnsDiscover, nodePreference = 'leader' } = this.settings.options;
    const isOne = (hosts.length === 1 && !dnsDiscover) || nodePreference === 'leader';
    const key = isOne ? 'leader' : role;
    let way = this.#ways.get(key);
    if (!way) this.#ways.set(key, (way = { opening: undefined, next: undefined, failed: undefined }));
    return way;
  }

  async #open(way: Way, role: Role): Promise<Connection> {
    const endpoint = way.next ?? (await this.#find(role, way.failed));
    way.next = undefined;
    const connection = new Connection(endpoint, this.settings);
    if (this.#closed) connection.close();
    way.connection = connection;
    return connection;
  }

  async #find(role: Role, failedEndpoint: Endpoint | undefined): Promise<Endpoint> {
    const { hosts, dnsDiscover, nodePreference = 'leader', ...options } = this.settings.options;
    const [first] = hosts;
    if (!first) throw unavailable('the connection string names no host');
    if (hosts.length === 1 && !dnsDiscover) return first;
    const { discoveryInterval, maxDiscoverAttempts, gossipTimeout } = options;
    const given = Object.fromEntries(
      Object.entries({ discoveryInterval, maxDiscoverAttempts, gossipTimeout }).filter(
        ([, value]) => value !== undefined,
      ),
    );
    try {
      return await discoverEndpoint(
        {
          ...given,
          nodePreference: role === 'leader' ? 'leader' : nodePreference,
          ...(dnsDiscover ? { discover: first } : { endpoints: hosts }),
        },
        this.#credentials,
        failedEndpoint,
      );
    } catch (error) {
      throw unavailable(error instanceof Error ? error.message : String(error));
    }
  }
}
