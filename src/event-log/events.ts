import { z } from 'zod';
import { freeText, id, instant, name, ordinal, sealed } from '../kernel/content.js';
import { defineEvent, eventSet, type EventOf, BY, withoutBy } from '../kernel/event.js';
import { defineStream } from '../kernel/stream.js';

/** The person's key, wrapped by the master key. Its stream holds nothing else, so a tombstone erases the person. */
export const PersonKeyCreated = defineEvent({
  type: 'PersonKeyCreated',
  version: 1,
  says: 'The person’s key, wrapped by the master key; erasing the person tombstones this stream.',
  data: z.strictObject({ personId: id, wrapped: sealed, masterKeyId: name }),
});
export type PersonKeyCreated = EventOf<typeof PersonKeyCreated>;

/**
 * A person confirmed a clock that contradicts the log. Holds the time of that clock, and when the log had stored its
 * last event, by the log's own clock.
 */
export const ClockConfirmed = defineEvent({
  type: 'ClockConfirmed',
  version: 2,
  says: 'A person confirmed a clock that contradicts the log; `lastEvent` is when the log stored its last event, by its own clock.',
  data: z.strictObject({ clock: instant, lastEvent: instant, reason: freeText }),
  upcasts: [withoutBy],
  named: BY,
});
export type ClockConfirmed = EventOf<typeof ClockConfirmed>;

/** The first event of a log: identifies it, so that graphs and queues of another log are never mixed in. */
export const StoreOpened = defineEvent({
  type: 'StoreOpened',
  version: 1,
  says: 'The first event: the identity of the log, and its format.',
  data: z.strictObject({ storeId: id, format: ordinal }),
});
export type StoreOpened = EventOf<typeof StoreOpened>;

/** The id of the master key that the log is used with: every process must have the same key. */
export const MasterKeyNamed = defineEvent({
  type: 'MasterKeyNamed',
  version: 1,
  says: 'The id of the master key with which the log was first opened; no other key is accepted.',
  data: z.strictObject({ masterKeyId: id }),
});
export type MasterKeyNamed = EventOf<typeof MasterKeyNamed>;

/** A person's key; deleting the stream makes all their sealed fields unreadable. */
export const keyStream = defineStream({
  pattern: 'key-<personId>',
  name: (personId: string) => `key-${personId}`,
  events: eventSet(PersonKeyCreated),
});

/** The confirmations of the clock. */
export const clockStream = defineStream({
  pattern: 'truyvet-clock',
  name: () => 'truyvet-clock',
  events: eventSet(ClockConfirmed),
});

export const storeStream = defineStream({
  pattern: 'truyvet-store',
  name: () => 'truyvet-store',
  events: eventSet(StoreOpened, MasterKeyNamed),
});

/** All streams of the module. */
export const STREAMS = [keyStream, clockStream, storeStream];
