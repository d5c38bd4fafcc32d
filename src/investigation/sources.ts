import { freeStretches } from '../people/index.js';
import { z } from 'zod';
import type { Asked } from './question-fields.js';
import type { QuestionContext } from './question-context.js';
import { SECONDS_PER_DAY } from '../kernel/instant.js';
import type { CaseFacts, QuestionGraph } from './question-ports.js';
import { RowRefused } from '../requests/refusal.js';
import { showCase, caseSchema } from './answer-schemas.js';
import { instant, paged } from '../requests/paged.js';
import { caseOf } from './cases.js';
import { grouped, secondsOf, sharedStays, withoutOverlaps } from './meetings.js';
import { meetingsOf, Reading, type Meeting } from './met.js';
import { pageOf, placeOf } from '../requests/pages.js';
import { minutesOf, textOf } from './times.js';

const item = z.object({
  person: z.string(),
  kind: z.enum(['case', 'contact']).describe('case: an infectious case; contact: a contact of one'),
  cases: z.array(z.string()).describe('For a case, its own case; for a contact, the cases of which it is a contact'),
  minutes: z.number().describe('Minutes met in the period in which the infection must have happened'),
  first: instant,
  last: instant,
  places: z.array(z.string()),
  weight: z.number().describe('Minutes, halved for every seven days between the meeting and the end of that period'),
});
type Item = z.infer<typeof item>;

export const answer = paged(item).extend({
  case: caseSchema,
  after: instant.describe('Beginning of the period in which the infection must have happened'),
  before: instant.describe('End of that period'),
});
export type SourcesAnswer = z.infer<typeof answer>;

/** A meeting loses half its weight for every such stretch between it and the last instant of a possible infection. */
const HALVED_AFTER = 7 * SECONDS_PER_DAY;

interface Window {
  from: number;
  until: number;
}

/** Backward tracing: lists the likely sources of a case. */
export async function ask({ graph }: QuestionContext, given: Asked<'sources'>): Promise<SourcesAnswer> {
  if (given.longest <= given.shortest) {
    throw new RowRefused([{ column: 'longest', reason: 'is not above shortest', fix: 'Give days, such as 1 and 14.' }]);
  }
  const found = await caseOf(graph, given);
  const anchor = found.anchor ?? 0;
  const window = {
    from: Math.max(0, Math.floor(anchor - given.longest * SECONDS_PER_DAY)),
    until: Math.max(0, Math.floor(anchor - given.shortest * SECONDS_PER_DAY)),
  };
  const [cases, contacts] = await Promise.all([casesMet(graph, found, window), contactsMet(graph, found, window)]);
  const after = placeOf(given.cursor, z.int()) ?? 0;
  const all = [...cases.sort(byWeight), ...contacts.sort(byWeight)].slice(after);
  const times = { after: textOf(window.from), before: textOf(window.until) };
  return { case: showCase(found), ...times, ...pageOf(all, given.limit, () => after + given.limit) };
}

function byWeight(a: Item, b: Item): number {
  return b.weight - a.weight || (a.person < b.person ? -1 : 1);
}

/** People with a live case of the disease whom the person met while they were infectious. */
async function casesMet(graph: QuestionGraph, found: CaseFacts, window: Window): Promise<Item[]> {
  const exposures = await graph.exposuresOf(found.personId, found.disease);
  const ids = exposures.filter(({ degree, first }) => degree === 1 && first < window.until).map(({ caseId }) => caseId);
  const candidates = (await graph.casesById(ids)).flatMap(({ personId, caseId, from, until, isolated = [] }) => {
    const span = { from: Math.max(window.from, from ?? 0), until: Math.min(window.until, until ?? Infinity) };
    return span.from < span.until ? [{ personId, caseId, isolated, ...span }] : [];
  });
  if (candidates.length === 0) return [];
  const [[own = [], ...theirs], phones] = await Promise.all([
    graph.staysOf([{ personId: found.personId, ...window }, ...candidates]),
    graph.near(found.personId, candidates),
  ]);
  const met = candidates.map(({ from, until, isolated, ...who }, i) => {
    const free = freeStretches(isolated, from, until);
    const spans = free.flatMap((start, at) => (at % 2 === 0 ? [{ start, end: free[at + 1] as number }] : []));
    return {
      ...who,
      shared: spans.flatMap(({ start, end }) => sharedStays(own, theirs[i] ?? [], start, end)),
      near: spans.flatMap(({ start, end }) => (phones[i] ?? []).map((each) => clipped(each, start, end))),
    };
  });
  // A person with several cases is one source.
  return [...grouped(met, ({ personId }) => personId)].flatMap(([personId, several]) => {
    const those = several.filter(({ shared, near }) => [...shared, ...near].some(({ from, to }) => from < to));
    const places = [...new Set(those.flatMap(({ shared }) => shared.map(({ place }) => place)))].sort();
    const stretches = those.flatMap(({ shared, near }) => [...shared, ...near]);
    return itemOf(personId, 'case', those.map(({ caseId }) => caseId).sort(), places, stretches, window);
  });
}

/** People who are not cases but were contacts of one before they met the person. */
async function contactsMet(graph: QuestionGraph, found: CaseFacts, window: Window): Promise<Item[]> {
  const { met, placeOfKey } = await graph.searching(async (slots) => {
    const person = await slots.person(found.personId);
    const meetings =
      person === undefined
        ? new Map<number, Meeting[]>()
        : await meetingsOf(new Reading(slots), person, window.from, window.until);
    const keys = [...meetings.values()].flat().flatMap(({ key }) => (key === undefined ? [] : [key]));
    return { met: meetings, placeOfKey: await slots.placeIds([...new Set(keys)]) };
  });
  const [bridges, own] = await Promise.all([
    graph.bridges([...met.keys()], found.disease),
    graph.casesOf(found.personId, found.disease),
  ]);
  const ownIds = new Set(own.map(({ caseId }) => caseId));
  return bridges.flatMap(({ number, personId, exposures }) => {
    const meetings = met.get(number) ?? [];
    const last = Math.max(...meetings.map(({ end }) => end));
    // Exposures after the last meeting cannot explain the infection, nor can exposures to the case in question.
    const others = exposures.filter(({ caseId, first }) => !ownIds.has(caseId) && first < last);
    const since = Math.min(...others.map(({ first }) => first));
    const after = meetings.filter(({ end }) => end > since);
    const places = after.flatMap(({ key }) => (key === undefined ? [] : (placeOfKey.get(key) ?? [])));
    const stretches = after.map(({ begin, end }) =>
      clipped({ from: begin, to: end }, Math.max(window.from, since), window.until),
    );
    const ids = others.map(({ caseId }) => caseId);
    return itemOf(personId, 'contact', ids, [...new Set(places)].sort(), stretches, window);
  });
}

interface Stretch {
  from: number;
  to: number;
}

function clipped({ from, to }: Stretch, least: number, most: number): Stretch {
  return { from: Math.max(from, least), to: Math.min(to, most) };
}

/** Empty where no time was spent together. */
function itemOf(
  person: string,
  kind: Item['kind'],
  cases: string[],
  places: string[],
  stretches: readonly Stretch[],
  { until }: Window,
): Item[] {
  const held = withoutOverlaps(stretches.filter(({ from, to }) => from < to));
  if (held.length === 0) return [];
  const weight = held.reduce((sum, { from, to }) => sum + ((to - from) / 60) * 2 ** -((until - to) / HALVED_AFTER), 0);
  return [
    {
      person,
      kind,
      cases,
      minutes: minutesOf(secondsOf(held)),
      first: textOf(Math.min(...held.map(({ from }) => from))),
      last: textOf(Math.max(...held.map(({ to }) => to))),
      places,
      weight: Math.round(weight * 100) / 100,
    },
  ];
}
