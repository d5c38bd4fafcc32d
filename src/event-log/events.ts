import { z } from 'zod';
import { freeText, id, instant, name, ordinal, sealed } from '../kernel/content.js';
import { defineEvent, eventSet, type EventOf, BY, withoutBy } from '../kernel/event.js';
import { defineStream } from '../kernel/stream.js';

/** The person's key, wrapped by the master key: the only thing in its stream, so that erasing is a tombstone. */
export const PersonKeyCreated = defineEvent({
  type: 'PersonKeyCreated',
  version: 1,
  says: 'The person’s key, wrapped by the master key; erasing the person tombstones this stream.',
  data: z.strictObject({ personId: id, wrapped: sealed, masterKeyId: name }),
});
export type PersonKeyCreated = EventOf<typeof PersonKeyCreated>;

/**
 * A person said that the clock is right although it contradicts the log: what it said then, and when the log had taken its
 * last event by its own clock.
 */
export const ClockConfirmed = defineEvent({
  type: 'ClockConfirmed',
  version: 2,
  says: 'A person said that the clock is right although it contradicts the log, whose last event it had taken then by its own.',
  data: z.strictObject({ clock: instant, lastEvent: instant, reason: freeText }),
  upcasts: [withoutBy],
  named: BY,
});
export type ClockConfirmed = EventOf<typeof ClockConfirmed>;

/** The first event of a store: says whose log this is, so that graphs and queues of another are never mixed in. */
export const StoreOpened = defineEvent({
  type: 'StoreOpened',
  version: 1,
  says: 'The first event: whose log this is, and in which format.',
  data: z.strictObject({ storeId: id, format: ordinal }),
});
export type StoreOpened = EventOf<typeof StoreOpened>;

/** Which master key a store is used with: every process has to hold the same. */
export const MasterKeyNamed = defineEvent({
  type: 'MasterKeyNamed',
  version: 1,
  says: 'The first master key that the log was opened with, by its id; no other is taken.',
  data: z.strictObject({ masterKeyId: id }),
});
export type MasterKeyNamed = EventOf<typeof MasterKeyNamed>;

/** The key of a person: erasing the stream makes every sealed field of theirs unreadable. */
export const keyStream = defineStream({
  pattern: 'key-<personId>',
  name: (personId: string) => `key-${personId}`,
  events: eventSet(PersonKeyCreated),
});

/** What people said of the clock. */
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
