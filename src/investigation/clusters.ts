import { z } from 'zod';
import type { Asked } from './question-fields.js';
import type { QuestionContext } from './question-context.js';
import type { Calendar } from '../kernel/calendar.js';
import { LATEST_INSTANT, SECONDS_PER_DAY } from '../kernel/instant.js';
import type { CaseFacts, CaseLink, StayFacts } from './question-ports.js';
import { calendarOf } from '../platform/calendar.js';
import { instant, paged } from '../requests/paged.js';
import { grouped } from './meetings.js';
import { pageOf, placeOf } from '../requests/pages.js';
import { textOf } from './times.js';

const item = z.object({
  disease: z.string(),
  size: z.int().describe('People'),
  first: instant.describe('Anchor of the first case: onset, rash or sampling'),
  last: instant.describe('Anchor of the last case'),
  cases: z.array(
    z.object({
      id: z.string(),
      person: z.string(),
      anchor: instant,
      also: z.array(z.string()).describe('Later cases of the same person, who is counted once'),
    }),
  ),
  exposures: z.int().describe('Number of pairs in which one was a contact of the other'),
  places: z
    .array(
      z.object({ place: z.string(), cases: z.int(), days: z.int().describe('Days in the zone of the installation') }),
    )
    .describe('Places where at least two of them were on the same day; places with most cases first'),
});

export const answer = paged(item).extend({
  single: z.int().describe('Number of people whose case is connected to no other case'),
});
export type ClustersAnswer = z.infer<typeof answer>;

/** Lists clusters of connected live cases, the largest first. */
export async function ask(
  { graph, zone }: QuestionContext,
  { disease, from = 0, until = LATEST_INSTANT, longest, limit, cursor }: Asked<'clusters'>,
): Promise<ClustersAnswer> {
  const cases = await graph.liveCases({ disease, from, until });
  const spans = cases.map(({ personId, anchor, until: end }) => ({
    personId,
    from: Math.max(0, Math.floor((anchor ?? 0) - longest * SECONDS_PER_DAY)),
    until: end ?? LATEST_INSTANT,
  }));
  const [links, stays] = await Promise.all([graph.linksAmong(cases), graph.staysOf(spans)]);
  const all = clustersOf(cases, links, stays.flat(), calendarOf(zone));
  const found = all.filter(({ size }) => size > 1);
  const after = placeOf(cursor, z.int()) ?? 0;
  return { single: all.length - found.length, ...pageOf(found.slice(after), limit, () => after + limit) };
}

/**
 * Groups cases into clusters; a case without connections is a cluster of its own. Cases of one person are one member,
 * represented by the first of them.
 */
export function clustersOf(
  cases: readonly CaseFacts[],
  links: readonly CaseLink[],
  stays: readonly StayFacts[],
  calendar: Calendar,
): z.infer<typeof item>[] {
  const members = membersOf(cases);
  const memberOf = new Map(members.flatMap((own) => own.map(({ caseId }) => [caseId, own[0].caseId])));
  const exposures = exposuresAmong(links, memberOf);
  const groups = new Groups(members.map(([{ caseId }]) => caseId));
  for (const [one, other] of exposures) groups.join(one, other);
  const shared = sharedDays(members, stays, calendar);
  for (const { ids } of shared) {
    const [first, ...rest] = ids;
    for (const id of rest) groups.join(first as string, id);
  }
  const sharedIn = grouped(shared, ({ ids }) => groups.of([...ids][0] as string));
  const exposuresIn = grouped(exposures, ([id]) => groups.of(id));
  const found = [...grouped(members, ([{ caseId }]) => groups.of(caseId))].map(([group, own]) => {
    const anchors = own.flat().map(({ anchor }) => anchor ?? 0);
    return {
      disease: own[0]?.[0].disease ?? '',
      size: own.length,
      first: textOf(Math.min(...anchors)),
      last: textOf(Math.max(...anchors)),
      cases: own.map(([{ caseId: id, personId: person, anchor }, ...others]) => ({
        ...{ id, person, anchor: textOf(anchor ?? 0) },
        also: others.map(({ caseId }) => caseId),
      })),
      exposures: exposuresIn.get(group)?.length ?? 0,
      places: placesOf(sharedIn.get(group) ?? []),
    };
  });
  return found.sort((a, b) => b.size - a.size || (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
}

/** The cases of one person and one disease, earliest first. */
type Member = [CaseFacts, ...CaseFacts[]];

function membersOf(cases: readonly CaseFacts[]): Member[] {
  const ordered = [...cases].sort((a, b) => (a.anchor ?? 0) - (b.anchor ?? 0));
  const members = grouped(ordered, ({ personId, disease }) => JSON.stringify([personId, disease]));
  return [...members.values()] as Member[];
}

/** Pairs of members in which one is a contact of the other, each pair once. */
function exposuresAmong(links: readonly CaseLink[], memberOf: ReadonlyMap<string, string>): [string, string][] {
  const pairs = links.map(({ caseId, sourceId }): [string, string] => [
    memberOf.get(caseId) ?? caseId,
    memberOf.get(sourceId) ?? sourceId,
  ]);
  const once = new Map(pairs.map((pair) => [JSON.stringify(pair), pair]));
  return [...once.values()].filter(([one, other]) => one !== other);
}

/** Places and days at which at least two members were present, with the members. */
function sharedDays(members: readonly Member[], stays: readonly StayFacts[], calendar: Calendar) {
  const ofPerson = grouped(members, ([{ personId }]) => personId);
  const placeDays = new Map<string, { place: string; ids: Set<string> }>();
  for (const stay of stays) {
    const [first, last] = [calendar.dayOf(stay.from), calendar.dayOf(stay.to - 1)];
    for (const [{ caseId, disease }] of ofPerson.get(stay.personId) ?? []) {
      for (let day = first; day <= last; day++) {
        const key = JSON.stringify([disease, stay.placeId, day]);
        const there = placeDays.get(key) ?? { place: stay.placeId, ids: new Set() };
        placeDays.set(key, there);
        there.ids.add(caseId);
      }
    }
  }
  return [...placeDays.values()].filter(({ ids }) => ids.size > 1);
}

function placesOf(shared: readonly { place: string; ids: ReadonlySet<string> }[]): z.infer<typeof item>['places'] {
  const places = [...grouped(shared, ({ place }) => place)].map(([place, days]) => ({
    place,
    cases: new Set(days.flatMap(({ ids }) => [...ids])).size,
    days: days.length,
  }));
  return places.sort((a, b) => b.cases - a.cases || b.days - a.days || (a.place < b.place ? -1 : 1));
}

/** Disjoint sets of ids that can only be joined. */
class Groups {
  readonly #parents: Map<string, string>;

  constructor(ids: readonly string[]) {
    this.#parents = new Map(ids.map((id) => [id, id]));
  }

  of(id: string): string {
    let root = id;
    for (let parent = this.#parents.get(root); parent !== undefined && parent !== root;) {
      root = parent;
      parent = this.#parents.get(root);
    }
    this.#parents.set(id, root);
    return root;
  }

  join(one: string, other: string): void {
    this.#parents.set(this.of(one), this.of(other));
  }
}
