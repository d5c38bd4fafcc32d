import type { AnswerFacts } from '../tasks/task-ports.js';
import { z } from 'zod';
import type { CaseFacts } from './question-ports.js';
import { textOf, textOrNull } from './question.js';

/** What several answers have in common. Instants are text, UTC. */
export const instant = z.string().describe('UTC, such as 2021-08-01T09:30:00Z');

export const shownCase = z.object({
  id: z.string(),
  person: z.string(),
  records: z.array(z.string()).describe('Other records of the same person, who goes by the id in `person`'),
  disease: z.string(),
  status: z.enum(['live', 'retracted']),
  anchor: instant.nullable().describe('Onset, rash or sampling, from which the days of the case are counted'),
  from: instant.nullable().describe('Infectious from'),
  until: instant.nullable().describe('and until; null while no end is known'),
});
export type ShownCase = z.infer<typeof shownCase>;

export const shownStay = z.object({
  person: z.string(),
  from: instant,
  to: instant,
  imputed: z.boolean().describe('No check-out is known: the end is imputed'),
});

/** What a contact answered to a message. */
export const shownAnswer = z.object({
  case: z.string(),
  at: instant,
  symptoms: z.array(z.string()),
  vaccinated: z.boolean(),
  moved: z.boolean().describe('Lives elsewhere now'),
  phone: z
    .object({ people: z.int(), ill: z.int() })
    .nullable()
    .describe(
      'Where it is an answer for all people of a phone: how many they are, and how many of them have symptoms. The ' +
        'symptoms are then those of any of them, vaccinated is that all were, moved that anybody has',
    ),
});
export type ShownAnswer = z.infer<typeof shownAnswer>;

export function showAnswer({ caseId, at, symptoms, vaccinated, moved, phone }: AnswerFacts): ShownAnswer {
  return { case: caseId, at: textOf(at), symptoms, vaccinated, moved, phone };
}

export function answerTold({ at, symptoms, vaccinated, moved, phone }: ShownAnswer): string {
  const shown = symptoms.length === 0 ? 'no symptoms' : symptoms.join(', ');
  if (phone) {
    const { people, ill } = phone;
    const of = `Answered ${at} for the ${people} people of the phone: ${shown}${ill > 0 ? ` (${ill} of them)` : ''}`;
    return `${of}; ${vaccinated ? 'all' : 'not all'} vaccinated${moved ? '; somebody has moved elsewhere' : ''}`;
  }
  return `Answered ${at}: ${shown}; ${vaccinated ? '' : 'not '}vaccinated${moved ? '; has moved elsewhere' : ''}`;
}

/** An answer that comes in pages. */
export const paged = <T extends z.ZodType>(item: T) =>
  z.object({
    items: z.array(item),
    next: z.string().nullable().describe('Cursor of the next page; null on the last'),
  });

export function showCase({ caseId, personId, records, disease, status, anchor, from, until }: CaseFacts): ShownCase {
  const times = { anchor: textOrNull(anchor), from: textOrNull(from), until: textOrNull(until) };
  return { id: caseId, person: personId, records, disease, status, ...times };
}

/** Whoever asked by another record hears under which id its person goes. */
export function* recordsLine(person: string, records: readonly string[]): Generator<string> {
  if (records.length > 0) yield `${person} is one person with ${records.join(', ')}, and goes by ${person}.`;
}

export function* moreLine(next: string | null): Generator<string> {
  if (next !== null) yield `More with --cursor ${next}`;
}
