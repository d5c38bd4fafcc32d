import { z } from 'zod';
import { count, id } from '../kernel/content.js';
import { defineEvent, eventSet, type EventOf } from '../kernel/event.js';
import { defineStream } from '../kernel/stream.js';

/** Answers were first of one person alone, as those are still that name no others. */
const ofOnePerson = (data: unknown) => data;
/** Answers of people who are all contacts of one case. */
const ofOneCase = (data: unknown) => data;

export const SYMPTOMS = ['fever', 'cough', 'breathing', 'other'] as const;
export type Symptom = (typeof SYMPTOMS)[number];

/**
 * What a contact answered by the link of an alert, once; `moved` says that they live elsewhere now. Of a phone of several
 * people the symptoms are those that any of them has, `vaccinated` is that all were, `moved` that anybody has.
 */
export const ContactAnswered = defineEvent({
  type: 'ContactAnswered',
  version: 3,
  says:
    'A contact answered by the link of an alert, once; `moved` says that they live elsewhere now. Of a phone of several ' +
    'people the symptoms are those that any of them has, `vaccinated` is that all were, `moved` that anybody has; ' +
    '`others` are the people beside the alert’s own, `ill` is how many of all have symptoms, `ofOtherCases` names the case ' +
    'of those of `others` who are contacts of another one.',
  data: z
    .strictObject({
      alertId: id,
      caseId: id,
      personId: id,
      symptoms: z.array(z.enum(SYMPTOMS)),
      vaccinated: z.boolean(),
      moved: z.boolean(),
      /** The other people it speaks for; absent where it speaks for one, as all did in events of earlier versions. */
      others: z.array(id).min(1).optional(),
      /** How many of them all have symptoms; there with `others`. */
      ill: count.optional(),
      /** Those of `others` who are contacts of another case; absent where there is none. */
      ofOtherCases: z
        .array(z.strictObject({ caseId: id, personId: id }))
        .min(1)
        .optional(),
    })
    .refine(({ others, ill }) => (others === undefined) === (ill === undefined), {
      path: ['ill'],
      message: 'must be there with `others`, and not without',
    }),
  upcasts: [ofOnePerson, ofOneCase],
});
export type ContactAnswered = EventOf<typeof ContactAnswered>;

/** What the people of an alert's phone answered. */
export const answersStream = defineStream({
  pattern: 'answers-<alertId>',
  name: (alertId: string) => `answers-${alertId}`,
  events: eventSet(ContactAnswered),
});

/** All streams of the module. */
export const STREAMS = [answersStream];
