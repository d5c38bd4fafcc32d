import { z } from 'zod';
import { dayOf, LATEST_INSTANT, SECONDS_PER_DAY } from '../domain/instant.js';
import type { CaseFacts, CaseLink, StayFacts } from '../graph/question-ports.js';
import { instant, moreLine, paged } from './answers.js';
import { grouped } from './meetings.js';
import { pageOf, placeOf } from './page.js';
import { question, textOf } from './question.js';

const item = z.object({
  disease: z.string(),
  size: z.int(),
  first: instant.describe('Anchor of the first case: onset, rash or sampling'),
  last: instant.describe('and of the last one'),
  cases: z.array(z.object({ id: z.string(), person: z.string(), anchor: instant })),
  exposures: z.int().describe('How often one of them was a contact of another'),
  places: z
    .array(z.object({ place: z.string(), cases: z.int(), days: z.int() }))
    .describe('Where two of them were on one day; those of most cases first'),
});

const answer = paged(item).extend({ single: z.int().describe('Cases that hang together with no other') });

/** Live cases that hang together, the largest groups first. */
export const clusters = question<'clusters', z.infer<typeof answer>>({
  name: 'clusters',
  answer,

  async ask({ graph }, { disease, from = 0, until = LATEST_INSTANT, longest, limit, cursor }) {
    const cases = await graph.liveCases({ disease, from, until });
    const spans = cases.map(({ personId, anchor, until: end }) => ({
      personId,
      from: Math.max(0, Math.floor((anchor ?? 0) - longest * SECONDS_PER_DAY)),
      until: end ?? LATEST_INSTANT,
    }));
    const [links, stays] = await Promise.all([
      graph.linksAmong(cases.map(({ caseId }) => caseId)),
      graph.staysOf(spans),
    ]);
    const all = clustersOf(cases, links, stays);
    const found = all.filter(({ size }) => size > 1);
    const after = placeOf(cursor, z.int()) ?? 0;
    return { single: all.length - found.length, ...pageOf(found.slice(after), limit, () => after + limit) };
  },

  *told({ items, single, next }) {
    for (const { disease, size, first, last, cases, places } of items) {
      yield `${size} cases of ${disease}, ${first} to ${last}: ${cases.map(({ person }) => person).join(', ')}`;
      for (const { place, cases: count, days } of places.slice(0, 5)) {
        yield `  ${count} of them at ${place} on ${days === 1 ? 'one day' : `${days} days`}`;
      }
    }
    yield `${single} ${single === 1 ? 'case hangs' : 'cases hang'} together with no other`;
    yield* moreLine(next);
  },
});

/** Every case is in one cluster, if only in one of its own. */
export function clustersOf(
  cases: readonly CaseFacts[],
  links: readonly CaseLink[],
  stays: readonly StayFacts[],
): z.infer<typeof item>[] {
  const groups = new Groups(cases.map(({ caseId }) => caseId));
  for (const { caseId, sourceId } of links) groups.join(caseId, sourceId);
  const ofPerson = grouped(cases, ({ personId }) => personId);
  const placeDays = new Map<string, { place: string; ids: Set<string> }>();
  for (const stay of stays) {
    for (const { caseId, disease } of ofPerson.get(stay.personId) ?? []) {
      for (let day = dayOf(stay.from); day <= dayOf(stay.to - 1); day++) {
        const key = JSON.stringify([disease, stay.placeId, day]);
        const there = placeDays.get(key) ?? { place: stay.placeId, ids: new Set() };
        placeDays.set(key, there);
        there.ids.add(caseId);
      }
    }
  }
  const shared = [...placeDays.values()].filter(({ ids }) => ids.size > 1);
  for (const { ids } of shared) {
    const [first, ...rest] = ids;
    for (const id of rest) groups.join(first as string, id);
  }
  const sharedIn = grouped(shared, ({ ids }) => groups.of([...ids][0] as string));
  const linksIn = grouped(links, ({ caseId }) => groups.of(caseId));
  const found = [...grouped(cases, ({ caseId }) => groups.of(caseId))].map(([group, members]) => {
    const anchors = members.map(({ anchor }) => anchor ?? 0);
    return {
      disease: members[0]?.disease ?? '',
      size: members.length,
      first: textOf(Math.min(...anchors)),
      last: textOf(Math.max(...anchors)),
      cases: members.map(({ caseId: id, personId: person, anchor }) => ({ id, person, anchor: textOf(anchor ?? 0) })),
      exposures: linksIn.get(group)?.length ?? 0,
      places: placesOf(sharedIn.get(group) ?? []),
    };
  });
  return found.sort((a, b) => b.size - a.size || (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
}

function placesOf(shared: readonly { place: string; ids: ReadonlySet<string> }[]): z.infer<typeof item>['places'] {
  const places = [...grouped(shared, ({ place }) => place)].map(([place, days]) => ({
    place,
    cases: new Set(days.flatMap(({ ids }) => [...ids])).size,
    days: days.length,
  }));
  return places.sort((a, b) => b.cases - a.cases || b.days - a.days || (a.place < b.place ? -1 : 1));
}

/** Sets of ids that only ever grow together. */
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
