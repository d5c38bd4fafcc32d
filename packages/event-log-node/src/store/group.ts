import { randomUUID } from 'node:crypto';
import { BLOCK_HEADER, CHUNK_SPAN, SALT, readBlock, writeBlockHeader } from '../format/block.js';
import { LINK_SIZE, blockDigest, fillSalts, linkHash, writeLink, type ChainHead } from '../format/chain.js';
import { TOMBSTONE_REVISION, frameBound, ticksOf, writeFrame, type ProposedEvent } from '../format/event-frame.js';
import { ANY, NO_STREAM, STREAM_EXISTS } from '../format/requests.js';
import type { BlockRef, Head } from './index-keys.js';
import {
  DELETED_TRUNCATION,
  METASTREAM_LIMITS,
  NO_LIMITS,
  isMetastream,
  limitsOf,
  metastreamOf,
  ownerOf,
  withTruncation,
} from './limits.js';
import { MAX_APPEND_BYTES, type Outcome, type WriteRequest } from './outcome.js';
import type { StoredEvents } from './stored-events.js';
import type { StreamIndex } from './stream-index.js';

/** The stream under which clients read the chain. A real server has no such stream. */
export const CHAIN_STREAM = '$truyvet-chain';
const JSON_TYPE = Buffer.from('application/json');
const OCTET_STREAM = Buffer.from('application/octet-stream');
const METADATA_TYPE = Buffer.from('$metadata');
const TOMBSTONE_TYPE = Buffer.from('$streamDeleted');
const NOTHING: Buffer = Buffer.alloc(0);

/** Memory for assembling groups. All groups use it in turn. */
export class Scratch {
  bytes: Buffer = Buffer.allocUnsafeSlow(64 * 1024);

  /** Memory of at least `length` bytes; its first `used` bytes are kept. */
  reserve(length: number, used: number): Buffer {
    if (length > this.bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(length, 2 * this.bytes.length));
      this.bytes.copy(larger, 0, 0, used);
      this.bytes = larger;
    }
    return this.bytes;
  }
}

/**
 * Requests that become durable together. Each is decided as if the ones before it had already happened. Nothing
 * outside sees them until the group is written, and nothing of them is left when the write fails.
 */
export class Group {
  private used = 0;
  readonly heads = new Map<string, Head>();
  readonly blocks: { no: number; ref: BlockRef; tombstone: boolean }[] = [];
  private readonly ids = new Map<string, number>();
  /**
   * Ids, by streamNumber:revision, of events that `ids` no longer finds because a later event of the group has the
   * same id.
   */
  private readonly repeats = new Map<string, string>();
  private readonly metadata = new Map<string, Buffer>();
  private readonly digests: Buffer[] = [];
  nextStream: number;
  lastEvent: number;
  readonly ticks: Buffer;

  /**
   * @param base position of the first byte to write.
   * @param room how many more bytes the chunk takes.
   * @param scratch used by one group at a time.
   */
  constructor(
    private readonly index: StreamIndex,
    private readonly stored: StoredEvents,
    private readonly base: number,
    private readonly room: number,
    private readonly nowMs: number,
    private readonly scratch: Scratch,
  ) {
    this.nextStream = index.state.nextStream;
    this.lastEvent = index.state.lastEvent;
    this.ticks = ticksOf(nowMs);
  }

  /** How many bytes to write; 0 when no request of the group changed anything. */
  get length(): number {
    return this.used;
  }

  /** A copy of the bytes to write, ended by the link that continues the chain. */
  toBuffer(before: ChainHead): { bytes: Buffer; head: ChainHead } {
    const head = { number: before.number + 1, hash: linkHash(before, this.digests) };
    const bytes = Buffer.allocUnsafe(this.used + LINK_SIZE);
    this.scratch.bytes.copy(bytes, 0, 0, this.used);
    writeLink(bytes, this.used, { ...head, position: this.base + this.used, groupOffset: this.used });
    return { bytes, head };
  }

  /**
   * Decides one request. Answers undefined when it does not fit in the chunk any more; the group then ends before it.
   */
  add(request: WriteRequest): Outcome | undefined {
    // Compares with the machine's clock, as the caller does, even when a test has set the log's clock.
    if (request.deadlineMs <= Date.now()) return { kind: 'timed-out' };
    const name = request.streamName.toString('utf8');
    if (name === '') return { kind: 'invalid', message: 'A stream needs a name.' };
    if (name === CHAIN_STREAM) return { kind: 'invalid', message: `The log itself keeps ${CHAIN_STREAM}.` };
    if (request.streamName.length > 0xffff) return { kind: 'invalid', message: 'The name of the stream is too long.' };
    const head = this.head(name);
    const owner = isMetastream(name) ? this.head(ownerOf(name)) : undefined;
    if (head?.tombstoned || owner?.tombstoned) return { kind: 'stream-deleted' };
    if (request.kind === 'append') return this.append(request, name, head);
    const refused = this.refuseRemoval(request, head?.last ?? NO_STREAM);
    if (refused) return refused;
    if (this.used + this.removalBound(name) > this.room) return undefined;
    return request.kind === 'delete' ? this.remove(name) : this.tombstone(name, request.streamName);
  }

  private refuseRemoval(request: WriteRequest, last: number): Outcome | undefined {
    const { kind, expected } = request;
    const wrong =
      expected === ANY
        ? kind === 'delete' && last < 0
        : expected === STREAM_EXISTS
          ? last < 0
          : expected !== last && (expected !== NO_STREAM || last >= 0);
    return wrong ? { kind: 'wrong-version', actual: last } : undefined;
  }

  private append(
    request: WriteRequest & { kind: 'append' },
    name: string,
    head: Head | undefined,
  ): Outcome | undefined {
    if (request.bytes > MAX_APPEND_BYTES) return { kind: 'too-large' };
    const last = head?.last ?? NO_STREAM;
    const { events } = request;
    const decided = this.decide(request.expected, events, head, last);
    if (decided) return decided;
    if (events.length === 0) return { kind: 'done', revision: last, position: this.lastEvent };
    const deleted = head?.limits.deleted === true && last >= 0;
    const bound = events.reduce((sum, event) => sum + SALT + frameBound(event, request.streamName), 0);
    const total = bound + BLOCK_HEADER + request.streamName.length + (deleted ? this.removalBound(name) : 0);
    if (this.used + total > this.room) {
      const fits = total <= CHUNK_SPAN / 2;
      return fits ? undefined : { kind: 'invalid', message: 'The append has too many events for one block.' };
    }
    if (deleted) this.writeMetadata(name, String(last + 1));
    const first = last + 1;
    const position = this.write(name, request.streamName, events, first, false);
    if (isMetastream(name)) this.applyMetadata(name, events.at(-1)!);
    return { kind: 'done', revision: first + events.length - 1, position };
  }

  /** The answer to an append that adds nothing, because it is refused or was stored before. Undefined: append it. */
  private decide(expected: number, events: ProposedEvent[], head: Head | undefined, last: number): Outcome | undefined {
    const wrong: Outcome = { kind: 'wrong-version', actual: last };
    const deleted = head?.limits.deleted === true;
    if (expected === STREAM_EXISTS && (last < 0 || deleted)) return wrong;
    if (expected === NO_STREAM && deleted) return undefined;
    if (expected === ANY || expected === STREAM_EXISTS) return this.repeated(events, head, wrong);
    if (expected === last) return undefined;
    if (expected > last || head === undefined || events.length === 0) return wrong;
    const repeated = events.every((event, i) => this.holds(head, expected + 1 + i, event.id));
    return repeated ? this.doneAt(head, expected + events.length) : wrong;
  }

  /**
   * Without an expected revision, an append is a repeat when its first event is known. Then all its events must be
   * known.
   */
  private repeated(events: ProposedEvent[], head: Head | undefined, wrong: Outcome): Outcome | undefined {
    const [first] = events;
    if (head === undefined || first === undefined) return undefined;
    let revision = this.revisionOf(head.no, first.id);
    if (revision === undefined) return undefined;
    for (const event of events) {
      revision = this.revisionOf(head.no, event.id);
      if (revision === undefined) return wrong;
    }
    return this.doneAt(head, revision);
  }

  private doneAt(head: Head, revision: number): Outcome {
    const position = this.stored.positionOf(head.no, revision) ?? this.lastEvent;
    return { kind: 'done', revision, position: revision === head.last ? head.lastPosition : position };
  }

  private holds(head: Head, revision: number, id: string): boolean {
    if (revision > head.last) return false;
    if (this.revisionOf(head.no, id) === revision) return true;
    return (this.repeats.get(`${head.no}:${revision}`) ?? this.stored.idOf(head.no, revision)) === id;
  }

  private remember(no: number, id: string, revision: number): void {
    const key = `${no}:${id}`;
    const earlier = this.ids.get(key);
    if (earlier !== undefined) this.repeats.set(`${no}:${earlier}`, id);
    this.ids.set(key, revision);
  }

  private revisionOf(no: number, id: string): number | undefined {
    return this.ids.get(`${no}:${id}`) ?? this.index.revisionOf(no, id);
  }

  private head(name: string): Head | undefined {
    return this.heads.get(name) ?? this.index.head(name);
  }

  /** A deletion truncates before the greatest revision, by an event in the metadata stream. */
  private remove(name: string): Outcome {
    const position = this.writeMetadata(name, DELETED_TRUNCATION);
    return { kind: 'done', revision: this.head(name)?.last ?? NO_STREAM, position };
  }

  private tombstone(name: string, streamName: Buffer): Outcome {
    const event = { id: randomUUID(), type: TOMBSTONE_TYPE, contentType: OCTET_STREAM, metadata: NOTHING };
    const position = this.write(name, streamName, [{ ...event, data: NOTHING }], 0, true);
    return { kind: 'done', revision: TOMBSTONE_REVISION, position };
  }

  private writeMetadata(name: string, truncateBefore: string): number {
    const metastream = metastreamOf(name);
    const before = this.metadata.get(metastream) ?? this.stored.lastData(this.index.head(metastream));
    const event: ProposedEvent = {
      id: randomUUID(),
      type: METADATA_TYPE,
      contentType: JSON_TYPE,
      metadata: NOTHING,
      data: withTruncation(before, truncateBefore),
    };
    const first = (this.head(metastream)?.last ?? NO_STREAM) + 1;
    const position = this.write(metastream, Buffer.from(metastream), [event], first, false);
    this.applyMetadata(metastream, event);
    return position;
  }

  /** Keeps the limits that a metadata event sets in the head of the stream that they apply to. */
  private applyMetadata(metastream: string, event: ProposedEvent): void {
    this.metadata.set(metastream, event.data);
    const owner = ownerOf(metastream);
    const head = this.head(owner);
    const limits = isMetastream(owner) ? METASTREAM_LIMITS : limitsOf(event.data);
    this.heads.set(owner, {
      ...(head ?? { no: this.nextStream++, last: NO_STREAM, lastPosition: 0, tombstoned: false }),
      limits,
    });
  }

  private removalBound(name: string): number {
    const length = Buffer.byteLength(name) + 2;
    const before = this.metadata.get(metastreamOf(name)) ?? this.stored.lastData(this.index.head(metastreamOf(name)));
    return BLOCK_HEADER + SALT + 2 * length + 2 * before.length + 512;
  }

  private write(
    name: string,
    streamName: Buffer,
    events: ProposedEvent[],
    firstRevision: number,
    tombstone: boolean,
  ): number {
    const old = this.head(name);
    const limits = isMetastream(name) ? METASTREAM_LIMITS : (old?.limits ?? NO_LIMITS);
    const no = old?.no ?? this.nextStream++;
    const start = this.used;
    const nameEnd = start + BLOCK_HEADER + streamName.length;
    const body = nameEnd + SALT * events.length;
    const bytes = this.scratch.reserve(
      events.reduce((sum, event) => sum + frameBound(event, streamName), body),
      this.used,
    );
    streamName.copy(bytes, start + BLOCK_HEADER);
    fillSalts(bytes, nameEnd, SALT * events.length);
    const context = { streamName, ticks: this.ticks };
    let at = body;
    let position = 0;
    for (const [i, event] of events.entries()) {
      position = this.base + at;
      const revision = tombstone ? TOMBSTONE_REVISION : firstRevision + i;
      at = writeFrame(bytes, at, event, revision, position, context);
      if (!tombstone) this.remember(no, event.id, revision);
    }
    const block = { start, nameEnd, end: at, count: events.length, firstRevision, tombstone };
    writeBlockHeader(bytes, { ...block, createdMs: this.nowMs, groupOffset: start });
    this.digests.push(blockDigest(bytes, readBlock(bytes, start)!));
    this.used = at;
    this.lastEvent = position;
    const last = tombstone ? (old?.last ?? NO_STREAM) : firstRevision + events.length - 1;
    this.heads.set(name, { no, last, lastPosition: position, tombstoned: tombstone, limits });
    const ref = { firstRevision, position: this.base + start, count: events.length, createdMs: this.nowMs };
    this.blocks.push({ no, ref, tombstone });
    return position;
  }

  /** Adds the group to the index, once it is durable. */
  publish(): void {
    const { index } = this;
    for (const [name, head] of this.heads) index.setHead(name, head);
    for (const { no, ref, tombstone } of this.blocks) {
      index.addStart(ref.position);
      if (!tombstone) index.addBlock(no, ref);
    }
    for (const [key, revision] of this.ids) index.addIdKey(key, revision);
    index.state.nextStream = this.nextStream;
    index.state.lastEvent = this.lastEvent;
  }
}
