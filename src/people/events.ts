import { z } from 'zod';
import { id, instant, name, sealed } from '../kernel/content.js';
import { defineEvent, eventSet, type EventOf } from '../kernel/event.js';
import { defineStream } from '../kernel/stream.js';

/** Language code such as vi. */
export type Language = string;

export const PersonRegistered = defineEvent({
  type: 'PersonRegistered',
  version: 1,
  says: 'A person’s details, sealed with the person’s own key; the last registration applies.',
  data: z.strictObject({
    personId: id,
    name: sealed.nullable(),
    phone: sealed.nullable(),
    /** Keyed hash of the phone: equal for equal phones, unreadable without the master key. */
    phoneIndex: name.nullable(),
    language: z.string().regex(/^[a-z]{2,3}$/),
    householdId: id.nullable(),
  }),
});
export type PersonRegistered = EventOf<typeof PersonRegistered>;

/** Isolation of a contact or a case; identified by its start. */
export const PersonIsolated = defineEvent({
  type: 'PersonIsolated',
  version: 1,
  says: 'Isolation began.',
  data: z.strictObject({ personId: id, startedAt: instant }),
});
export type PersonIsolated = EventOf<typeof PersonIsolated>;

export const PersonReleased = defineEvent({
  type: 'PersonReleased',
  version: 1,
  says: 'The isolation that began at `startedAt` ended.',
  data: z.strictObject({ personId: id, startedAt: instant, endedAt: instant }),
});
export type PersonReleased = EventOf<typeof PersonReleased>;

/**
 * Another record may be merged into this one; this event makes it findable from here. It is recorded before
 * PersonMerged of the other record, which alone decides whether the merge holds.
 */
export const RecordLinked = defineEvent({
  type: 'RecordLinked',
  version: 1,
  says: 'Another record may belong to this person; the events of that record decide whether it does.',
  data: z.strictObject({ personId: id, record: id }),
});
export type RecordLinked = EventOf<typeof RecordLinked>;

/** This record and another belong to one person, whose id is now that of the other record. No data is moved. */
export const PersonMerged = defineEvent({
  type: 'PersonMerged',
  version: 1,
  says: 'This record and another belong to one person, whose id is now that of the other record; no data is moved.',
  data: z.strictObject({ personId: id, into: id }),
});
export type PersonMerged = EventOf<typeof PersonMerged>;

/** The two records belong to two people after all. */
export const PersonUnmerged = defineEvent({
  type: 'PersonUnmerged',
  version: 1,
  says: 'The two records belong to two people after all.',
  data: z.strictObject({ personId: id, from: id }),
});
export type PersonUnmerged = EventOf<typeof PersonUnmerged>;

export type PersonEvent =
  PersonRegistered | PersonIsolated | PersonReleased | RecordLinked | PersonMerged | PersonUnmerged;
export const personStream = defineStream({
  pattern: 'person-<personId>',
  name: (personId: string) => `person-${personId}`,
  events: eventSet(PersonRegistered, PersonIsolated, PersonReleased, RecordLinked, PersonMerged, PersonUnmerged),
});

/** All streams of the module. */
export const STREAMS = [personStream];
