import {
  BACKWARDS,
  END,
  EventStoreDBClient,
  FORWARDS,
  StreamDeletedError,
  StreamNotFoundError,
  type AllStreamRecordedEvent,
  type AllStreamResolvedEvent,
  type BaseOptions,
} from '@eventstore/db-client';
import { z } from 'zod';
import { isDamage } from './client-errors.js';
import {
  comparePositions,
  type ChainLink,
  type LogEnd,
  type LogMark,
  type LogStanding,
  type MarkedEvent,
  type Position,
} from './event-store.js';
import type { Catalogue } from './catalogue.js';
import { readOn } from './leaving-read.js';
import { endsBefore } from './log-mark.js';

/** The stream in which the embedded log publishes its hash chain; other servers do not have it. */
const CHAIN_STREAM = '$truyvet-chain';
const chainLink = z.object({ number: z.number(), hash: z.string() });
const PAGE = 100;
/** How many of the server's own events are skipped in the search for our last event. */
const LOOKED_THROUGH = 2_000;

/** The part of an event that marks a place in the log, whichever client read it. */
type Marking = Pick<AllStreamRecordedEvent, 'id' | 'streamId' | 'position'> & { revision: bigint | number };

export function markedOf({ id, streamId: stream, revision, position }: Marking): MarkedEvent {
  return { id, stream, revision: Number(revision), position };
}

/** The end of a log; undefined when the log is empty. */
export async function endOf(client: EventStoreDBClient, catalogue: Catalogue): Promise<LogEnd | undefined> {
  let end: LogEnd | undefined;
  let from: LogEnd['position'] | typeof END = END;
  for (let looked = 0; looked < LOOKED_THROUGH; looked += PAGE) {
    const page: AllStreamResolvedEvent[] = [];
    const maxCount = end === undefined ? 1 : PAGE;
    const reading = client.readAll({ direction: BACKWARDS, fromPosition: from, maxCount });
    for await (const each of readOn(reading)) page.push(each);
    for (const { event } of page) {
      if (!event) continue;
      end ??= { position: event.position, event: markedOf(event) };
      // The server writes its own events, such as statistics, by its own clock from its start on.
      // A timeless event, such as a pause, is no evidence of the time either: it is stored whatever the clock says.
      if (!event.type.startsWith('$') && !catalogue.of(event.type)?.timeless)
        return { ...end, recordedAt: new Date(event.created) };
      from = event.position;
    }
    if (page.length < maxCount) break;
  }
  return end;
}

/** The link with a number, or the last one without; undefined when the log does not have it. */
export async function chainOf(client: EventStoreDBClient, number?: number): Promise<ChainLink | undefined> {
  try {
    const fromRevision = number === undefined ? END : BigInt(number);
    const reading = client.readStream(CHAIN_STREAM, { direction: BACKWARDS, fromRevision, maxCount: 1 });
    for await (const { event } of readOn(reading)) {
      if (event?.isJson) return chainLink.parse(event.data);
    }
    return undefined;
  } catch (error) {
    // A real server does not have this stream, or only lets its administrators read it.
    if (error instanceof StreamNotFoundError || isDenied(error)) return undefined;
    throw error;
  }
}

/** Whether only the leader of a cluster may answer. */
type Asking = Pick<BaseOptions, 'requiresLeader'>;

/** The log's very last record, including the server's own. */
async function lastRecord(client: EventStoreDBClient, asking: Asking): Promise<{ position: Position } | undefined> {
  const reading = client.readAll({ ...asking, direction: BACKWARDS, fromPosition: END, maxCount: 1 });
  for await (const { event } of readOn(reading)) if (event) return event;
  return undefined;
}

/**
 * Compares the log with a mark.
 * @throws any error that keeps the log from answering.
 */
export async function standingOf(client: EventStoreDBClient, mark: LogMark): Promise<LogStanding> {
  const byChain = mark.chain && (await chainStanding(client, mark.chain));
  if (byChain !== undefined) return byChain;
  const standing = await eventStanding(client, mark.event, {});
  // A member of a cluster may lag for a moment, or still have records that the others dropped: the leader knows.
  return standing === 'same' ? 'same' : eventStanding(client, mark.event, { requiresLeader: true });
}

async function eventStanding(client: EventStoreDBClient, event: MarkedEvent, asking: Asking): Promise<LogStanding> {
  const absence = endsBefore(await lastRecord(client, asking), event.position) ? 'shorter' : 'other';
  if (absence === 'other') {
    const there = await eventAt(client, event.position, asking);
    if (there?.id === event.id) return 'same';
    if (there !== undefined) return 'other';
  }
  return (await mayBeThere(client, event, asking)) ? 'same' : absence;
}

/** Undefined when the log has no chain, as on any other server. */
async function chainStanding(client: EventStoreDBClient, known: ChainLink): Promise<LogStanding | undefined> {
  const head = await chainOf(client);
  if (head === undefined) return undefined;
  if (head.number < known.number) return 'shorter';
  const link = head.number === known.number ? head : await chainOf(client, known.number);
  return link?.hash === known.hash ? 'same' : 'other';
}

/**
 * The position of the last record at or before a position; undefined when there is none. EventStoreDB 23.10 skips the
 * next record for a subscription that starts at a position without a record, as after a scavenge removed it.
 */
export async function recordUpTo(client: EventStoreDBClient, position: Position): Promise<Position | undefined> {
  if ((await eventAt(client, position)) !== undefined) return position;
  const before = client.readAll({ direction: BACKWARDS, fromPosition: position, maxCount: 1 });
  let found: Position | undefined;
  try {
    for await (const { event } of readOn(before)) found = event?.position;
  } catch (error) {
    if (!cannotReadThere(error)) throw error;
  }
  return found;
}

/** The event at exactly this position. */
async function eventAt(
  client: EventStoreDBClient,
  position: Position,
  asking: Asking = {},
): Promise<{ id: string } | undefined> {
  try {
    const reading = client.readAll({ ...asking, direction: FORWARDS, fromPosition: position, maxCount: 1 });
    for await (const { event } of readOn(reading)) {
      if (event && comparePositions(event.position, position) === 0) return { id: event.id };
    }
    return undefined;
  } catch (error) {
    if (cannotReadThere(error)) return undefined;
    throw error;
  }
}

/** A server may refuse to read from a position where no event begins. */
function cannotReadThere(error: unknown): boolean {
  return !isDamage(error) && error instanceof Error && 'type' in error && error.type === 'unknown';
}

/**
 * Whether the event's stream still has it, or lost it for a valid reason: the stream was deleted or truncated after the
 * event, or has a limit that may have removed the event.
 */
async function mayBeThere(
  client: EventStoreDBClient,
  { id, stream, revision }: MarkedEvent,
  asking: Asking,
): Promise<boolean> {
  try {
    const reading = client.readStream(stream, { ...asking, fromRevision: BigInt(revision), maxCount: 1 });
    for await (const { event } of readOn(reading)) {
      // Only truncation makes a gap in a stream. Then the event was removed rightly, whatever the limits are now.
      if (event) return Number(event.revision) > revision || event.id === id;
    }
  } catch (error) {
    if (error instanceof StreamDeletedError) return true;
    if (!(error instanceof StreamNotFoundError)) throw error;
  }
  try {
    const { metadata } = await client.getStreamMetadata(stream, asking);
    return Number(metadata?.truncateBefore ?? 0) > revision || [metadata?.maxAge, metadata?.maxCount].some(isLimit);
  } catch (error) {
    if (error instanceof StreamDeletedError) return true;
    throw error;
  }
}

const isLimit = (value: number | undefined): boolean => value !== undefined;

const isDenied = (error: unknown): boolean =>
  error instanceof Error && 'type' in error && error.type === 'access-denied';
