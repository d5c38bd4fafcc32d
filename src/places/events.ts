import { SHARED } from '../contact-graph/place-facts.js';
import { LONGEST_STAY_MINUTES } from './stay-minutes.js';
import { z } from 'zod';
import { count, exactText, freeText, id } from '../kernel/content.js';
import { adding, defineEvent, eventSet, type EventOf } from '../kernel/event.js';
import { defineStream } from '../kernel/stream.js';

/** Minutes that a stay without a check-out lasts. */
const stayMinutes = z
  .int()
  .min(1)
  .max(LONGEST_STAY_MINUTES, `is more than ${LONGEST_STAY_MINUTES} minutes; give a week at most`);

const place = z.strictObject({
  placeId: id,
  name: freeText,
  kind: exactText,
  capacity: count.nullable(),
  latitude: z.number().nullable(),
  longitude: z.number().nullable(),
  /** Minutes that a visit without a check-out lasts here; null means as its kind says, or 60. */
  defaultStayMinutes: stayMinutes.nullable(),
});

/** Version 1 of the rules did not say what people share at a kind of place. */
const sharingNotRuled = adding({ shares: null });

export const PlaceRegistered = defineEvent({
  type: 'PlaceRegistered',
  version: 1,
  says: 'A place’s details.',
  data: place,
});
export type PlaceRegistered = EventOf<typeof PlaceRegistered>;

export const PlaceCorrected = defineEvent({
  type: 'PlaceCorrected',
  version: 1,
  says: 'A place’s details changed; these are all its details now.',
  data: place,
});
export type PlaceCorrected = EventOf<typeof PlaceCorrected>;

/**
 * Rules for all places of a kind, whose name is in lower case; null leaves a rule to the place, the tenant or the
 * program.
 */
export const PlaceKindRuled = defineEvent({
  type: 'PlaceKindRuled',
  version: 2,
  says: 'Rules for all places of a kind, unless the place or the visit has its own; the last rules apply.',
  data: z.strictObject({
    kind: id,
    /** Minutes that a visit without a check-out lasts; the place's own value takes precedence. */
    stayMinutes: stayMinutes.nullable(),
    /** Whether the person's next check-in elsewhere ends an open visit. */
    closedByNext: z.boolean().nullable(),
    /** What people share who are there together. */
    shares: z.enum([...SHARED, 'nothing']).nullable(),
  }),
  upcasts: [sharingNotRuled],
});
export type PlaceKindRuled = EventOf<typeof PlaceKindRuled>;

export type PlaceEvent = PlaceRegistered | PlaceCorrected;
export const placeStream = defineStream({
  pattern: 'place-<placeId>',
  name: (placeId: string) => `place-${placeId}`,
  events: eventSet(PlaceRegistered, PlaceCorrected),
});

/** Not place-kinds: a place may have the id "kinds". */
export const placeKindsStream = defineStream({
  pattern: 'kinds-of-places',
  name: () => 'kinds-of-places',
  events: eventSet(PlaceKindRuled),
});

/** All streams of the module. */
export const STREAMS = [placeStream, placeKindsStream];
