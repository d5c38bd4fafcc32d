import { NotKnown } from '../kernel/errors.js';
import { z } from 'zod';
import type { Asked } from './question-fields.js';
import type { QuestionContext } from './question-context.js';
import { LATEST_INSTANT } from '../kernel/instant.js';
import type { TraceGraph } from '../contact-graph/ports.js';
import type { QuestionGraph } from './question-ports.js';
import { RowRefused } from '../requests/refusal.js';
import { instant } from '../requests/paged.js';
import { findChains, type Step } from './chain-search.js';
import { textOf } from './times.js';

export const answer = z.object({
  from: z.string(),
  to: z.string(),
  after: instant.describe('The instant from which meetings count'),
  before: instant.describe('The instant until which meetings count'),
  chains: z
    .array(
      z.object({
        hops: z.int(),
        received: instant.describe('The earliest instant at which the last person can have been infected'),
        steps: z.array(
          z.object({
            from: z.string(),
            to: z.string(),
            place: z.string().nullable().describe('Null if their phones measured the meeting'),
            begin: instant,
            end: instant,
            passed: instant.describe('The earliest instant at which the infection can have passed in this meeting'),
          }),
        ),
      }),
    )
    .describe('Earliest first'),
});
export type ChainsAnswer = z.infer<typeof answer>;

/** Finds chains of meetings from one person to another. */
export async function ask({ graph }: QuestionContext, given: Asked<'chains'>): Promise<ChainsAnswer> {
  const [first, last] = await Promise.all([endOf(graph, given.from), endOf(graph, given.to)]);
  if (first.person === last.person) {
    throw new RowRefused([{ column: 'to', reason: 'is the same person as from', fix: 'Name two people.' }]);
  }
  const after = given.from_time ?? first.from ?? 0;
  const before = given.until_time ?? last.until ?? LATEST_INSTANT;
  const found = await graph.searching(async (slots) => {
    const [from, to] = await Promise.all([slots.person(first.person), slots.person(last.person)]);
    if (from === undefined || to === undefined) throw unknown(from === undefined ? first.person : last.person);
    const input = { from, to, after, before, maxHops: given.max_hops, most: given.limit };
    return named(slots, await findChains(slots, input));
  });
  return { from: first.person, to: last.person, after: textOf(after), before: textOf(before), chains: found };
}

/** Finds a person by id, or the person of a case with the times that the case gives. */
async function endOf(graph: QuestionGraph, id: string): Promise<{ person: string; from?: number; until?: number }> {
  if (await graph.knowsPerson(id)) return { person: (await graph.recordsOf(id))[0] ?? id };
  const found = await graph.caseById(id);
  if (!found) throw unknown(id);
  return {
    person: found.personId,
    ...(found.from === null ? {} : { from: found.from }),
    ...(found.anchor === null ? {} : { until: found.anchor }),
  };
}

function unknown(id: string): NotKnown {
  return new NotKnown(`There is no known person or case ${id}.`, 'Give the id that check-ins use for the person.');
}

async function named(graph: TraceGraph, found: readonly Step[][]): Promise<z.infer<typeof answer>['chains']> {
  const steps = found.flat();
  const [people, places] = await Promise.all([
    graph.personIds([...new Set(steps.flatMap(({ from, to }) => [from, to]))]),
    graph.placeIds([...new Set(steps.flatMap(({ key }) => (key === undefined ? [] : [key])))]),
  ]);
  return found.map((chain) => ({
    hops: chain.length,
    received: textOf(chain.at(-1)?.at ?? 0),
    steps: chain.map(({ from, to, key, begin, end, at }) => ({
      from: people.get(from) ?? '',
      to: people.get(to) ?? '',
      place: key === undefined ? null : (places.get(key) ?? ''),
      begin: textOf(begin),
      end: textOf(end),
      passed: textOf(at),
    })),
  }));
}
