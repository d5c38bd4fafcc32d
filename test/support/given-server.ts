import { BACKWARDS, END, EventStoreDBClient, FORWARDS, type Position } from '@eventstore/db-client';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import {
  connect,
  constants,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import { gzipSync } from 'node:zlib';
import type { Identity } from '@truyvet/event-log-node/certificates';
import {
  featuresPb,
  gossipPb,
  GossipService,
  ServerFeaturesService,
  sharedPb,
  streamsPb,
  StreamsService,
} from '@truyvet/event-log-node/protocol';
import { GivenMember } from './given-member.js';
import { framed, messagesIn } from './grpc-frames.js';

/** Behaviours of real servers that the embedded node does not have. Each can be switched on and off at run time. */
export interface Manners {
  /** A repeat under ANY is stored again, as after 50,000 later events or a restart. */
  forgetsIds: boolean;
  /** As in 23.10: a subscription to `$all` from a position without a record misses the next record. */
  startsLate: boolean;
  /** As in KurrentDB since 25.1: answers are compressed for callers that accept it. */
  gzip: boolean;
  /** Reading `$all` is denied. */
  deniesAll: boolean;
  /** Followers have nothing after this position. */
  followersEndAt: Position | undefined;
}

export interface Asked {
  path: string;
  /** Encodings of answers that the caller accepts. */
  accepts: string | undefined;
  /** The port of the member that was called. */
  port: number;
}

export interface GivenServerOptions extends Partial<Manners> {
  /** The TLS certificate; without it, connections are plain. */
  identity?: Identity;
  /** The only user who may access streams; without it everybody may. */
  user?: { name: string; password: string };
  /** Number of members in the cluster, one of which leads; 1 by default. */
  members?: number;
  /** The reported version; the node's own by default. */
  version?: string;
}

interface Call {
  path: string;
  /** Position of a record of `$all` that the caller misses. */
  missed?: Position;
  /** Nothing after this position is answered. */
  until?: Position | undefined;
}

/** A call that is answered only with a status. */
class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly exception?: string,
    /** More headers of the answer. */
    readonly more: OutgoingHttpHeaders = {},
  ) {
    super(message);
  }
}

const UNAUTHENTICATED = 16;
const PERMISSION_DENIED = 7;
const NOT_FOUND = 5;
const INTERNAL = 13;
const STREAMS = '/event_store.client.streams.Streams/';

/**
 * An external server with the behaviours of a real EventStoreDB, in front of the embedded node: it forwards requests
 * under one of the node's users.
 */
export class GivenServer {
  readonly asked: Asked[] = [];
  #client: EventStoreDBClient;
  #node: URL;
  readonly #members: readonly GivenMember[];
  /** By stream: resolves when the last append to it was answered. */
  readonly #appends = new Map<string, Promise<void>>();
  readonly #answers = new Map<string, () => void>();
  #upstream: ClientHttp2Session | undefined;
  #leader: GivenMember;

  /** @param nodeUrl the connection string of the node's administrator. */
  private constructor(
    nodeUrl: string,
    private readonly options: GivenServerOptions,
  ) {
    this.#node = new URL(nodeUrl.replace(/^esdb:/, 'https:'));
    this.#client = EventStoreDBClient.connectionString(nodeUrl);
    const serve = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, member: GivenMember) =>
      void this.#serve(stream, headers, member);
    const members = Array.from({ length: options.members ?? 1 }, () => new GivenMember(serve, options.identity));
    this.#members = members;
    this.#leader = members[0] as GivenMember;
    this.manners = {
      ...{ forgetsIds: false, startsLate: false, gzip: false, deniesAll: false, followersEndAt: undefined },
      ...options,
    };
  }

  readonly manners: Manners;

  static async before(nodeUrl: string, options: GivenServerOptions = {}): Promise<GivenServer> {
    const server = new GivenServer(nodeUrl, options);
    await server.begin();
    return server;
  }

  /** The port of the leader. */
  get port(): number {
    return this.#leader.port;
  }

  /** @param query further parameters of the connection string, such as `tlsCAFile`. */
  url({ user = this.options.user, tls = this.options.identity !== undefined, query = '' } = {}): string {
    const named = user ? `${encodeURIComponent(user.name)}:${encodeURIComponent(user.password)}@` : '';
    const hosts = this.#members.map(({ port }) => `localhost:${port}`).join();
    return `esdb://${named}${hosts}?tls=${tls}${query}`;
  }

  /** Replaces the node behind it, as when another log takes the place of the first. */
  async standBefore(nodeUrl: string): Promise<void> {
    await this.end();
    this.#upstream?.close();
    await this.#client.dispose();
    this.#node = new URL(nodeUrl.replace(/^esdb:/, 'https:'));
    this.#client = EventStoreDBClient.connectionString(nodeUrl);
    await this.begin();
  }

  /** Every member that is down listens again, on its previous port. */
  async begin(): Promise<void> {
    await Promise.all(this.#members.map((member) => member.begin()));
  }

  /** Like a kill: every connection breaks, and nobody listens. */
  async end(): Promise<void> {
    await Promise.all(this.#members.map((member) => member.end()));
  }

  /** Like a kill of the leader: another member leads from then on. */
  async endLeader(): Promise<void> {
    const ended = this.#leader;
    this.#leader = this.#members.find((member) => member !== ended && member.isAlive) ?? ended;
    await ended.end();
  }

  async close(): Promise<void> {
    await this.end();
    this.#upstream?.close();
    await this.#client.dispose();
  }

  #session(): ClientHttp2Session {
    if (!this.#upstream || this.#upstream.destroyed || this.#upstream.closed) {
      const authority = this.#node.searchParams.get('tlsCAFile');
      this.#upstream = connect(`https://${this.#node.host}`, authority ? { ca: readFileSync(authority) } : {});
      this.#upstream.on('error', () => undefined);
    }
    return this.#upstream;
  }

  async #serve(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, member: GivenMember): Promise<void> {
    const path = headers[':path'] ?? '';
    this.asked.push({ path, accepts: headers['grpc-accept-encoding'] as string | undefined, port: member.port });
    stream.on('error', () => undefined);
    const call: Call = { path, until: member === this.#leader ? undefined : this.manners.followersEndAt };
    let up: ClientHttp2Stream | undefined;
    stream.on('close', () => up?.close(stream.rstCode || constants.NGHTTP2_NO_ERROR));
    try {
      this.#admit(path, headers.authorization);
      if (headers['requires-leader'] === 'true' && member !== this.#leader) throw this.#elsewhere();
      for await (const message of messagesIn(stream)) {
        const changed = await this.#asking(call, message);
        up ??= this.#handOn(stream, headers, call);
        if (!up.write(framed(changed))) await once(up, 'drain');
      }
      up?.end();
    } catch (error) {
      up?.close(constants.NGHTTP2_CANCEL);
      refuse(stream, error instanceof Refused ? error : new Refused(INTERNAL, String(error)));
    }
  }

  #admit(path: string, authorization: string | undefined): void {
    const { user } = this.options;
    if (!user || !path.startsWith(STREAMS)) return;
    if (authorization === undefined) throw new Refused(PERMISSION_DENIED, 'Access Denied', 'access-denied');
    if (authorization !== basic(user.name, user.password)) throw new Refused(UNAUTHENTICATED, 'Unauthenticated');
  }

  #elsewhere(): Refused {
    const at = { 'leader-endpoint-host': 'localhost', 'leader-endpoint-port': String(this.#leader.port) };
    return new Refused(NOT_FOUND, 'Leader info available', 'not-leader', at);
  }

  /** The request that is sent to the node instead. */
  async #asking(call: Call, message: Buffer): Promise<Uint8Array> {
    switch (call.path) {
      case StreamsService.read.path:
        await this.#reading(call, message);
        return message;
      case StreamsService.batchAppend.path:
        return this.manners.forgetsIds ? this.#appending(message) : message;
      default:
        return message;
    }
  }

  async #reading(call: Call, message: Buffer): Promise<void> {
    const options = streamsPb.ReadReq.deserializeBinary(message).getOptions();
    const all = options?.getAll();
    if (!all) return;
    if (this.manners.deniesAll) throw new Refused(PERMISSION_DENIED, 'Access Denied', 'access-denied');
    const from = all.getPosition();
    if (!this.manners.startsLate || !options?.hasSubscription() || !from) return;
    const position = { commit: BigInt(from.getCommitPosition()), prepare: BigInt(from.getPreparePosition()) };
    const next = this.#client.readAll({ direction: FORWARDS, fromPosition: position, maxCount: 1 });
    for await (const { event } of next) {
      if (event && event.position.commit !== position.commit) call.missed = event.position;
    }
  }

  /** Replaces ANY in an append by the revision of its stream, so that the node does not look for its ids. */
  async #appending(message: Buffer): Promise<Uint8Array> {
    const request = streamsPb.BatchAppendReq.deserializeBinary(message);
    const options = request.getOptions();
    if (!options?.hasAny()) return message;
    const stream = Buffer.from(options.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString();
    await this.#appends.get(stream);
    const revision = await this.#revisionOf(stream);
    if (revision === undefined) options.setNoStream(new sharedPb.Empty());
    else options.setStreamPosition(String(revision));
    const id = correlationOf(request);
    this.#appends.set(stream, new Promise((resolve) => this.#answers.set(id, resolve)));
    return request.serializeBinary();
  }

  async #revisionOf(stream: string): Promise<bigint | undefined> {
    const last = this.#client.readStream(stream, { direction: BACKWARDS, fromRevision: END, maxCount: 1 });
    try {
      const [found] = await last.toArray();
      return found?.event?.revision;
    } catch {
      return undefined;
    }
  }

  #handOn(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, call: Call): ClientHttp2Stream {
    const asked: OutgoingHttpHeaders = {
      ...Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith(':') && name !== 'host')),
      ':method': 'POST',
      ':path': call.path,
      authorization: basic(decodeURIComponent(this.#node.username), decodeURIComponent(this.#node.password)),
    };
    const up = this.#session().request(asked, { endStream: false });
    let trailers: IncomingHttpHeaders = {};
    up.on('error', () => stream.close(constants.NGHTTP2_CANCEL));
    up.on('trailers', (received) => (trailers = received));
    up.on('response', (received, flags) => {
      if (stream.destroyed || stream.headersSent) return;
      const compressed = this.manners.gzip && takesGzip(headers);
      const answered = { ...received, ...(compressed && { 'grpc-encoding': 'gzip' }) };
      if (flags & constants.NGHTTP2_FLAG_END_STREAM) return void stream.respond(answered, { endStream: true });
      stream.respond(answered, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers(plain(trailers)));
      void this.#answer(up, stream, call, compressed).catch(() => stream.close(constants.NGHTTP2_CANCEL));
    });
    return up;
  }

  async #answer(up: ClientHttp2Stream, stream: ServerHttp2Stream, call: Call, compressed: boolean): Promise<void> {
    for await (const message of messagesIn(up)) {
      if (stream.destroyed) return;
      this.#noteAnswer(call, message);
      const at = positionIn(message, call);
      if (at !== undefined && (at === call.missed?.commit || (call.until && at > call.until.commit))) continue;
      const answer = this.#answerOf(call, message);
      const frame = compressed ? framed(gzipSync(answer), true) : framed(answer);
      if (!stream.write(frame)) await Promise.race([once(stream, 'drain'), once(stream, 'close')]);
    }
    stream.end();
  }

  /** The answer that is sent to the caller instead. */
  #answerOf({ path }: Call, message: Buffer): Uint8Array {
    if (path === GossipService.read.path) return this.#gossip();
    const { version } = this.options;
    if (path !== ServerFeaturesService.getSupportedMethods.path || version === undefined) return message;
    const answer = featuresPb.SupportedMethods.deserializeBinary(message);
    answer.setEventStoreServerVersion(version);
    return answer.serializeBinary();
  }

  /** The members of the simulated cluster, instead of the node behind them. */
  #gossip(): Uint8Array {
    const info = new gossipPb.ClusterInfo();
    for (const each of this.#members) {
      const at = new gossipPb.EndPoint();
      at.setAddress('localhost');
      at.setPort(each.port);
      const id = new sharedPb.UUID();
      id.setString(`00000000-0000-4000-8000-${String(each.port).padStart(12, '0')}`);
      const { LEADER, FOLLOWER } = gossipPb.MemberInfo.VNodeState;
      const member = new gossipPb.MemberInfo();
      member.setInstanceId(id);
      member.setState(each === this.#leader ? LEADER : FOLLOWER);
      member.setIsAlive(each.isAlive);
      member.setHttpEndPoint(at);
      info.addMembers(member);
    }
    return info.serializeBinary();
  }

  #noteAnswer({ path }: Call, message: Buffer): void {
    if (path !== StreamsService.batchAppend.path || this.#answers.size === 0) return;
    const id = correlationOf(streamsPb.BatchAppendResp.deserializeBinary(message));
    this.#answers.get(id)?.();
    this.#answers.delete(id);
  }
}

const basic = (name: string, password: string): string =>
  `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;

const takesGzip = (headers: IncomingHttpHeaders): boolean => /\bgzip\b/.test(String(headers['grpc-accept-encoding']));

const correlationOf = (message: { getCorrelationId(): { serializeBinary(): Uint8Array } | undefined }): string =>
  Buffer.from(message.getCorrelationId()?.serializeBinary() ?? []).toString('hex');

/** Headers without the pseudo-headers of an answer. */
const plain = (headers: IncomingHttpHeaders): OutgoingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith(':')));

/**
 * The position of the event in a message; undefined if the caller is to miss none, or the message contains no event.
 */
function positionIn(message: Buffer, { path, missed, until }: Call): bigint | undefined {
  if (path !== StreamsService.read.path || !(missed ?? until)) return undefined;
  const recorded = streamsPb.ReadResp.deserializeBinary(message).getEvent()?.getEvent();
  return recorded && BigInt(recorded.getCommitPosition());
}

function refuse(stream: ServerHttp2Stream, { status, message, exception, more }: Refused): void {
  if (stream.destroyed || stream.headersSent) return;
  stream.respond(
    {
      ...{ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': String(status), 'grpc-message': message },
      ...(exception !== undefined && { exception }),
      ...more,
    },
    { endStream: true },
  );
}
