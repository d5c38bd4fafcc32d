import { z } from 'zod';
import { formatInstant } from '../kernel/instant.js';
import { instant } from '../requests/paged.js';
import type { AnswerFacts } from './task-ports.js';

/** A contact's answer to a message. */
export const healthAnswer = z.object({
  case: z.string(),
  at: instant,
  symptoms: z.array(z.string()),
  vaccinated: z.boolean(),
  moved: z.boolean().describe('Whether the person lives elsewhere now'),
  phone: z
    .object({ people: z.int(), ill: z.int() })
    .nullable()
    .describe(
      'For an answer about all people of a phone: how many they are, and how many of them have symptoms. The ' +
        'symptoms are then those of any of them; vaccinated means that all were, moved that anybody has',
    ),
});
export type HealthAnswer = z.infer<typeof healthAnswer>;

export function toHealthAnswer({ caseId, at, symptoms, vaccinated, moved, phone }: AnswerFacts): HealthAnswer {
  return { case: caseId, at: formatInstant(at), symptoms, vaccinated, moved, phone };
}
