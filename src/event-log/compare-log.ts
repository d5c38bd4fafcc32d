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

/** The stream as which the embedded log tells its chain; no other server has it. */
const CHAIN_STREAM = '$truyvet-chain';
const chainLink = z.object({ number: z.number(), hash: z.string() });
const PAGE = 100;
/** Events of the server's own that are passed over in looking for the last of ours. */
const LOOKED_THROUGH = 2_000;

/** What is kept of an event as the client gives it. */
export function markedOf({ id, streamId: stream, revision, position }: AllStreamRecordedEvent): MarkedEvent {
  return { id, stream, revision: Number(revision), position };
}

/** What stands at the end of a log; undefined of an empty one. */
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
      // The server's own events, such as its statistics, are written by its own clock from its own start on.
      // Nor does a pause tell the time: it is taken from whoever gives it, whatever the clock says.
      if (!event.type.startsWith('$') && !catalogue.of(event.type)?.timeless)
        return { ...end, recordedAt: new Date(event.created) };
      from = event.position;
    }
    if (page.length < maxCount) break;
  }
  return end;
}

/** A link of the chain, the last without a number; undefined when there is none of it. */
export async function chainOf(client: EventStoreDBClient, number?: number): Promise<ChainLink | undefined> {
  try {
    const fromRevision = number === undefined ? END : BigInt(number);
    const reading = client.readStream(CHAIN_STREAM, { direction: BACKWARDS, fromRevision, maxCount: 1 });
    for await (const { event } of readOn(reading)) {
      if (event?.isJson) return chainLink.parse(event.data);
    }
    return undefined;
  } catch (error) {
    // A real server has no such stream, or lets nobody but its administrators look.
    if (error instanceof StreamNotFoundError || isDenied(error)) return undefined;
    throw error;
  }
}

/** Whether a member of a cluster has to be its leader to be asked. */
type Asking = Pick<BaseOptions, 'requiresLeader'>;

/** The log's very last record, the server's own included. */
async function lastRecord(client: EventStoreDBClient, asking: Asking): Promise<{ position: Position } | undefined> {
  const reading = client.readAll({ ...asking, direction: BACKWARDS, fromPosition: END, maxCount: 1 });
  for await (const { event } of readOn(reading)) if (event) return event;
  return undefined;
}

/** @throws whatever keeps the log from answering. */
export async function standingOf(client: EventStoreDBClient, mark: LogMark): Promise<LogStanding> {
  const byChain = mark.chain && (await chainStanding(client, mark.chain));
  if (byChain !== undefined) return byChain;
  const standing = await eventStanding(client, mark.event, {});
  // A member of a cluster may be behind the others for a moment, or hold what these have thrown away: its leader knows.
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

/** Undefined when the log has no chain, as another server's has not. */
async function chainStanding(client: EventStoreDBClient, known: ChainLink): Promise<LogStanding | undefined> {
  const head = await chainOf(client);
  if (head === undefined) return undefined;
  if (head.number < known.number) return 'shorter';
  const link = head.number === known.number ? head : await chainOf(client, known.number);
  return link?.hash === known.hash ? 'same' : 'other';
}

/**
 * Where the last record stands that is at a position or before it; undefined when none is. EventStoreDB 23.10 misses the next
 * record of whoever subscribes from where none stands, as after a scavenge took the one that was there.
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

/** The event that stands exactly there. */
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

/** Where no event begins, a server may refuse to read. */
function cannotReadThere(error: unknown): boolean {
  return !isDamage(error) && error instanceof Error && 'type' in error && error.type === 'unknown';
}

/** Whether the event's stream holds it, or lost it rightly: it was deleted, or cut above the event, or may have been. */
async function mayBeThere(
  client: EventStoreDBClient,
  { id, stream, revision }: MarkedEvent,
  asking: Asking,
): Promise<boolean> {
  try {
    const reading = client.readStream(stream, { ...asking, fromRevision: BigInt(revision), maxCount: 1 });
    for await (const { event } of readOn(reading)) {
      // A stream has no gaps but what was cut off: then what stood there before is gone rightly, whatever the limits are now.
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
