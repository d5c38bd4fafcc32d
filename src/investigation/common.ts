import { withoutRepeats } from '../presence/index.js';
import { NotKnown } from '../kernel/errors.js';
import { z } from 'zod';
import type { Asked } from './question-fields.js';
import type { QuestionContext } from './question-context.js';
import { LATEST_INSTANT, SECONDS_PER_DAY } from '../kernel/instant.js';
import type { CaseFacts, QuestionGraph, StayFacts } from './question-ports.js';
import { RowRefused } from '../requests/refusal.js';
import { staySchema } from './answer-schemas.js';
import { instant, paged } from '../requests/paged.js';
import { caseOf } from './cases.js';
import { grouped } from './meetings.js';
import { pageOf, placeOf } from '../requests/pages.js';
import { minutesOf, textOf } from './times.js';

const item = z.object({
  place: z.string(),
  cases: z.array(z.string()).describe('Cases that were at the place'),
  minutes: z.number().describe('Minutes of all of them together'),
  first: instant,
  last: instant,
  visits: z.array(staySchema.extend({ case: z.string() })),
});

export const answer = paged(item).extend({
  compared: z.int().describe('Number of cases compared; several cases of one person count once'),
});
export type CommonAnswer = z.infer<typeof answer>;

/** Lists places where several cases were before they fell ill. */
export async function ask({ graph }: QuestionContext, given: Asked<'common'>): Promise<CommonAnswer> {
  const cases = await casesToCompare(graph, given);
  const spans = cases.map(({ personId, anchor }) => ({
    personId,
    from: Math.max(0, Math.floor(given.from ?? (anchor ?? 0) - given.longest * SECONDS_PER_DAY)),
    until: given.until ?? anchor ?? LATEST_INSTANT,
  }));
  const stays = await graph.staysOf(spans);
  const own = cases.map((each, i) => {
    const { from, until } = spans[i] as (typeof spans)[number];
    return { ...each, stays: (stays[i] ?? []).map((stay) => clipped(stay, from, until)) };
  });
  const people = [...grouped(own, ({ personId }) => personId).values()];
  const shared = sharedPlaces(people.flatMap(visitsOf));
  const after = placeOf(given.cursor, z.int()) ?? 0;
  return { compared: people.length, ...pageOf(shared.slice(after), given.limit, () => after + given.limit) };
}

type StaysOfCase = CaseFacts & { stays: StayFacts[] };

/**
 * Cases of one person are compared as one, represented by the first: time at a place counts once, however often it was
 * recorded.
 */
function visitsOf(cases: readonly StaysOfCase[]): CaseVisit[] {
  const first = cases.reduce((earliest, next) => ((next.anchor ?? 0) < (earliest.anchor ?? 0) ? next : earliest));
  return withoutRepeats(cases.flatMap(({ stays }) => stays)).map((stay) => ({ ...stay, caseId: first.caseId }));
}

function clipped(stay: StayFacts, from: number, until: number): StayFacts {
  return { ...stay, from: Math.max(stay.from, from), to: Math.min(stay.to, until) };
}

async function casesToCompare(graph: QuestionGraph, given: Asked<'common'>): Promise<CaseFacts[]> {
  if (given.cases === undefined) {
    if (given.disease === undefined) {
      throw new RowRefused([
        { column: 'cases', reason: 'is missing', fix: 'Give cases, or a disease to compare its live cases.' },
      ]);
    }
    const until =
      given.until === undefined ? LATEST_INSTANT : Math.floor(given.until + given.longest * SECONDS_PER_DAY);
    return graph.liveCases({ disease: given.disease, from: given.from ?? 0, until });
  }
  const found = await Promise.all(given.cases.map((id) => caseNamed(graph, id, given.disease)));
  return [...new Map(found.map((each) => [each.caseId, each])).values()];
}

async function caseNamed(graph: QuestionGraph, id: string, disease: string | undefined): Promise<CaseFacts> {
  try {
    return (await graph.caseById(id)) ?? (await caseOf(graph, { person: id, disease }));
  } catch (error) {
    if (!(error instanceof NotKnown)) throw error;
    throw new NotKnown(
      `There is no case ${id} and no person ${id} with a case.`,
      'Give ids of cases, or of people who have a case.',
    );
  }
}

export type CaseVisit = StayFacts & { caseId: string };

/** Finds places of at least two cases: by most cases first, then by most time spent there. */
export function sharedPlaces(visits: readonly CaseVisit[]): z.infer<typeof item>[] {
  const shared = [...grouped(visits, ({ placeId }) => placeId)].flatMap(([place, there]) => {
    const cases = [...new Set(there.map(({ caseId }) => caseId))].sort();
    if (cases.length < 2) return [];
    const ordered = there.sort((a, b) => a.from - b.from || (a.caseId < b.caseId ? -1 : 1));
    return [
      {
        place,
        cases,
        minutes: minutesOf(there.reduce((sum, { from, to }) => sum + (to - from), 0)),
        first: textOf(Math.min(...there.map(({ from }) => from))),
        last: textOf(Math.max(...there.map(({ to }) => to))),
        visits: ordered.map(({ personId, caseId, from, to, open }) => ({
          case: caseId,
          person: personId,
          from: textOf(from),
          to: textOf(to),
          imputed: open,
        })),
      },
    ];
  });
  return shared.sort(
    (a, b) => b.cases.length - a.cases.length || b.minutes - a.minutes || (a.place < b.place ? -1 : 1),
  );
}
