import type { Event } from '../kernel/event.js';
import type { Stream } from '../kernel/stream.js';
import { checkNewEvent, checkTexts } from './catalogue.js';
import { LONGEST_TEXT } from '../kernel/content.js';
import type { NewEvent } from './event-store.js';
import { metadataOf } from './metadata.js';

/** In bytes. Later servers accept larger appends, but ours must fit into any server. */
export const LARGEST_APPEND = 1_048_576;

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

interface Texts {
  data: string;
  metadata: string;
}

/** Each event is measured before it is sent, and code that splits appends by size measures it before that. */
const texts = new WeakMap<NewEvent, Texts & { size: number }>();

function measured<E extends Event>(stream: Stream<E>, event: NewEvent<E>): Texts & { size: number } {
  const known = texts.get(event);
  if (known) return known;
  const data = JSON.stringify(event.event.data);
  const metadata = JSON.stringify(metadataOf(stream, event));
  const size = Buffer.byteLength(data) + Buffer.byteLength(metadata) + 2 * event.event.type.length;
  const found = { data, metadata, size };
  texts.set(event, found);
  return found;
}

/** The size of an event in bytes, as EventStoreDB counts it: its data, its metadata and its type in UTF-16. */
export function sizeOf<E extends Event>(stream: Stream<E>, event: NewEvent<E>): number {
  return measured(stream, event).size;
}

/** The content of an event as JSON. */
export function textsOf<E extends Event>(stream: Stream<E>, event: NewEvent<E>): Texts {
  return measured(stream, event);
}

/** The append is larger than any log accepts. */
export class AppendTooLarge extends Error {
  /** The servers' name for this error. */
  readonly type = 'maximum-append-size-exceeded';

  constructor(stream: Stream, events: readonly NewEvent[], size: number) {
    const largest = events.reduce((most, each) => (sizeOf(stream, each) > sizeOf(stream, most) ? each : most));
    const fields = Object.entries(largest.event.data ?? {}).map(([field, value]) => ({ field, bytes: bytesOf(value) }));
    const { field = 'data', bytes = 0 } = fields.sort((a, b) => b.bytes - a.bytes)[0] ?? {};
    super(
      `an append to ${stream.name} has ${size} bytes, and ${LARGEST_APPEND} at most are taken as one; most of them are in ` +
        `${field} of ${largest.event.type} (${bytes})`,
    );
    this.name = 'AppendTooLarge';
  }
}

/**
 * Checks that a log accepts these events as one append.
 * @throws EventRefused when an event does not match its schema, or has a text that is too long.
 * @throws AppendTooLarge
 */
export function checkAppend<E extends Event>(stream: Stream<E>, events: readonly NewEvent<E>[]): void {
  for (const each of events) {
    checkNewEvent(each.event, stream);
    // A smaller event cannot contain a text that is too long.
    if (sizeOf(stream, each) > LONGEST_TEXT) checkTexts(each.event, stream.name);
  }
  const size = events.reduce((sum, event) => sum + sizeOf(stream, event), 0);
  if (size > LARGEST_APPEND) throw new AppendTooLarge(stream, events, size);
}
