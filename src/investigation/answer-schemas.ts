import { z } from 'zod';
import { instant } from '../requests/paged.js';
import type { CaseFacts } from './question-ports.js';
import { textOrNull } from './times.js';

/** The parts that several answers share. */
export const caseSchema = z.object({
  id: z.string(),
  person: z.string(),
  records: z.array(z.string()).describe('Other records of the same person, whose id is the one in `person`'),
  disease: z.string(),
  status: z.enum(['live', 'retracted']),
  anchor: instant.nullable().describe('Onset, rash or sampling, from which the days of the case are counted'),
  from: instant.nullable().describe('Beginning of the infectious window'),
  until: instant.nullable().describe('End of the infectious window; null while no end is known'),
});
export type ShownCase = z.infer<typeof caseSchema>;

export const staySchema = z.object({
  person: z.string(),
  from: instant,
  to: instant,
  imputed: z.boolean().describe('No check-out is known: the end is imputed'),
});

export function showCase({ caseId, personId, records, disease, status, anchor, from, until }: CaseFacts): ShownCase {
  const times = { anchor: textOrNull(anchor), from: textOrNull(from), until: textOrNull(until) };
  return { id: caseId, person: personId, records, disease, status, ...times };
}
