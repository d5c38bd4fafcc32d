import { allProfiles, profileInForce } from '../cases/index.js';
import { z } from 'zod';
import type { Asked } from './question-fields.js';
import type { QuestionContext } from './question-context.js';
import { LATEST_INSTANT, SECONDS_PER_DAY } from '../kernel/instant.js';
import type { CaseFacts, CaseLink } from './question-ports.js';
import { calendarOf } from '../platform/calendar.js';
import { showCase, caseSchema } from './answer-schemas.js';
import { instant, paged } from '../requests/paged.js';
import { caseOf, illnessesOf } from './cases.js';
import { pageOf, placeOf } from '../requests/pages.js';
import { textOf, textOrNull } from './times.js';

const METHOD =
  'Case reproduction number: the mean number of secondary cases per case of this chain, each secondary case counted ' +
  'for one source only (Wallinga and Teunis, Am J Epidemiol 2004; 160: 509-516; Fraser, PLoS ONE 2007; 2(8): e758). ' +
  'Cases that fell ill too recently are excluded, because their secondary cases may still follow.';

const member = z.object({
  generation: z.int(),
  id: z.string(),
  person: z.string(),
  anchor: instant.nullable(),
  source: z.string().nullable().describe('The case to which this one is attributed; null for the first'),
  first: instant.nullable().describe('First exposure to that case'),
  minutes: z.number().nullable(),
  secondary: z.int().describe('Number of cases attributed to this one'),
});

export const answer = paged(member).extend({
  case: caseSchema,
  generations: z.array(z.object({ generation: z.int(), cases: z.int(), secondary: z.int() })),
  reproduction: z.object({
    number: z.number().nullable().describe('Null while no case is old enough'),
    counted: z.int().describe('Number of cases that are old enough'),
    young: z.int().describe('Number of cases that are excluded'),
    asof: instant.describe('The day for which it is calculated'),
    method: z.string(),
  }),
});
export type GenerationsAnswer = z.infer<typeof answer>;

/** Lists the cases that descend from a case, with the reproduction number. */
export async function ask(
  { graph, store, now, zone }: QuestionContext,
  given: Asked<'generations'>,
): Promise<GenerationsAnswer> {
  const first = await caseOf(graph, given);
  const [later, own, profiles] = await Promise.all([
    graph.liveCases({ disease: first.disease, from: first.from ?? 0, until: LATEST_INSTANT }),
    graph.casesOf(first.personId, first.disease),
    allProfiles(store),
  ]);
  const calendar = calendarOf(zone);
  const rules = profileInForce({ all: profiles, calendar }, first.disease, first.anchor ?? 0);
  const others = [...own.filter(({ status }) => status === 'live'), ...later];
  const cases = [...new Map([first, ...others].map((each) => [each.caseId, each])).values()];
  const illnesses = illnessesOf(cases, (at) => calendar.plusDays(at, rules?.reinfectionDays ?? 0));
  const begun = illnesses.find((each) => each.includes(first));
  const links = await graph.linksAmong(cases);
  const asOf = given.as_of ?? now();
  const chain = chainOf([begun ?? [first], ...illnesses.filter((each) => each !== begun)], first, links);
  const after = placeOf(given.cursor, z.int()) ?? 0;
  const { items, next } = pageOf(chain.slice(after), given.limit, () => after + given.limit);
  return {
    case: showCase(first),
    generations: byGeneration(chain),
    reproduction: {
      ...reproduction(chain, asOf - given.mature * SECONDS_PER_DAY),
      asof: textOf(asOf),
      method: METHOD,
    },
    items: items.map(({ generation, case: { caseId: id, personId: person, anchor }, link, secondary }) => ({
      generation,
      id,
      person,
      anchor: textOrNull(anchor),
      source: link?.sourceId ?? null,
      first: textOrNull(link?.first ?? null),
      minutes: link ? Math.round(link.minutes * 100) / 100 : null,
      secondary,
    })),
    next,
  };
}

/**
 * The descendants of a case, where several cases of one illness count as one: the case asked for, or else the first of
 * them.
 */
export function chainOf(
  illnesses: readonly (readonly CaseFacts[])[],
  first: CaseFacts,
  links: readonly CaseLink[],
): Descendant[] {
  const shown = illnesses.flatMap((each) => (each.includes(first) ? first : (each[0] ?? [])));
  const idOf = new Map(illnesses.flatMap((each, i) => each.map(({ caseId }) => [caseId, shown[i]?.caseId ?? caseId])));
  const renamed = links.map((link) => ({
    ...link,
    caseId: idOf.get(link.caseId) ?? link.caseId,
    sourceId: idOf.get(link.sourceId) ?? link.sourceId,
  }));
  return descent(shown, renamed);
}

export interface Descendant {
  generation: number;
  case: CaseFacts;
  /** Exposure to the case to which it is attributed; undefined for the first. */
  link: CaseLink | undefined;
  /** When it can have been infected by its source at the earliest; before any instant for the first. */
  received: number;
  secondary: number;
}

/**
 * The first case and its descendants, generation by generation: contacts of a case who fell ill after they were exposed
 * to it. Time must increase along the whole path: a case must have been infected before it infects others, so only
 * meetings that ended later count. A case that was exposed to several cases of a generation is attributed to the one
 * met longest; nobody is attributed twice.
 */
export function descent(cases: readonly CaseFacts[], links: readonly CaseLink[]): Descendant[] {
  const [first] = cases;
  if (!first) return [];
  const byId = new Map(cases.map((each) => [each.caseId, each]));
  const chain: Descendant[] = [{ generation: 0, case: first, link: undefined, received: -Infinity, secondary: 0 }];
  const placed = new Map([[first.caseId, chain[0] as Descendant]]);
  for (let generation = 1, sources = new Set([first.caseId]); sources.size > 0; generation++) {
    const best = new Map<string, CaseLink>();
    for (const link of links) {
      const anchor = byId.get(link.caseId)?.anchor ?? null;
      if (!sources.has(link.sourceId) || placed.has(link.caseId) || anchor === null) continue;
      const since = placed.get(link.sourceId)?.received ?? Infinity;
      if (link.last <= since || anchor <= Math.max(link.first, since)) continue;
      const known = best.get(link.caseId);
      if (!known || link.minutes > known.minutes) best.set(link.caseId, link);
    }
    for (const [caseId, link] of best) {
      const source = placed.get(link.sourceId) as Descendant;
      const received = Math.max(link.first, source.received);
      const descendant = { generation, case: byId.get(caseId) as CaseFacts, link, received, secondary: 0 };
      placed.set(caseId, descendant);
      chain.push(descendant);
      source.secondary++;
    }
    sources = new Set(best.keys());
  }
  return chain;
}

/** The mean number of secondary cases of those whose anchor is not after an instant. */
export function reproduction(chain: readonly Descendant[], before: number) {
  const old = chain.filter(({ case: { anchor } }) => anchor !== null && anchor <= before);
  const secondary = old.reduce((sum, each) => sum + each.secondary, 0);
  const number = old.length === 0 ? null : Math.round((secondary / old.length) * 100) / 100;
  return { number, counted: old.length, young: chain.length - old.length };
}

function byGeneration(chain: readonly Descendant[]): z.infer<typeof answer>['generations'] {
  const counts: z.infer<typeof answer>['generations'] = [];
  for (const { generation, secondary } of chain) {
    const count = (counts[generation] ??= { generation, cases: 0, secondary: 0 });
    count.cases++;
    count.secondary += secondary;
  }
  return counts;
}
