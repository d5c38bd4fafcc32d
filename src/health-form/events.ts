import { z } from 'zod';
import { count, id } from '../kernel/content.js';
import { defineEvent, eventSet, type EventOf } from '../kernel/event.js';
import { defineStream } from '../kernel/stream.js';

/** Version 1: answers for one person alone, as later ones without `others` still are. */
const ofOnePerson = (data: unknown) => data;
/** Version 2: answers for people who are all contacts of one case. */
const ofOneCase = (data: unknown) => data;

export const SYMPTOMS = ['fever', 'cough', 'breathing', 'other'] as const;
export type Symptom = (typeof SYMPTOMS)[number];

/**
 * A contact's answer through the link of an alert, given once; `moved` means that they live elsewhere now. For several
 * people of a phone, the symptoms are those that any of them has, `vaccinated` means that all were, and `moved` that
 * anybody has.
 */
export const ContactAnswered = defineEvent({
  type: 'ContactAnswered',
  version: 3,
  says:
    'A contact answered through the link of an alert, once; `moved` means that they live elsewhere now. For several ' +
    'people of a phone, the symptoms are those that any of them has, `vaccinated` means that all were, `moved` that ' +
    'anybody has; `others` are the people besides the alert’s own, `ill` is how many have symptoms, `ofOtherCases` ' +
    'names the case of each of `others` who is a contact of another case.',
  data: z
    .strictObject({
      alertId: id,
      caseId: id,
      personId: id,
      symptoms: z.array(z.enum(SYMPTOMS)),
      vaccinated: z.boolean(),
      moved: z.boolean(),
      /**
       * The other people whom it speaks for; absent if it speaks for one person, as all did in events of earlier
       * versions.
       */
      others: z.array(id).min(1).optional(),
      /** How many of all the people have symptoms; present with `others`. */
      ill: count.optional(),
      /** Those of `others` who are contacts of another case; absent if there are none. */
      ofOtherCases: z
        .array(z.strictObject({ caseId: id, personId: id }))
        .min(1)
        .optional(),
    })
    .refine(({ others, ill }) => (others === undefined) === (ill === undefined), {
      path: ['ill'],
      message: 'must be present exactly if `others` is',
    }),
  upcasts: [ofOnePerson, ofOneCase],
});
export type ContactAnswered = EventOf<typeof ContactAnswered>;

/** The answers of the people of an alert's phone. */
export const answersStream = defineStream({
  pattern: 'answers-<alertId>',
  name: (alertId: string) => `answers-${alertId}`,
  events: eventSet(ContactAnswered),
});

/** All streams of the module. */
export const STREAMS = [answersStream];
