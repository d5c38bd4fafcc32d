import type {
  Movements,
  Nearness,
  SeatedStay,
  SlotContents,
  TestOf,
  TraceGraph,
} from '../../src/contact-graph/ports.js';
import type { World } from './oracle.js';

const DAY = 86_400;

/** The graph that a trace reads, over plain arrays: what Neo4j would answer after everything was projected. */
export function graphOf(world: World): TraceGraph & { asked: { slots: number[] } } {
  const people = [
    ...new Set([
      ...world.stays.map(({ person }) => person),
      ...world.nearness.flatMap(({ a, b }) => [a, b]),
      ...world.isolations.map(({ person }) => person),
      ...world.tests.map(({ person }) => person),
      ...(world.homes ?? []).map(({ person }) => person),
    ]),
  ];
  const places = [...new Set(world.stays.map(({ place }) => place))];
  const numberOf = (person: string) => people.indexOf(person) + 1;
  const stays = world.stays.flatMap(({ person, place, from, to, imputed = false, row = null }) => {
    const parts: Part[] = [];
    for (let start = from; start < to;) {
      const end = Math.min(to, start - (start % DAY) + DAY);
      const key = (places.indexOf(place) + 1) * 65_536 + Math.floor(start / DAY);
      parts.push({ person: numberOf(person), key, from: start, to: end, imputed, row });
      start = end;
    }
    return parts;
  });
  const isolationsOf = (number: number) =>
    world.isolations
      .filter(({ person }) => numberOf(person) === number)
      .sort((a, b) => a.from - b.from)
      .flatMap(({ from, to }) => [from, to ?? 0]);
  const testsOf = (number: number) =>
    world.tests
      .filter(({ person }) => numberOf(person) === number)
      .map(({ at, outcome, ct }): TestOf => ({ collectedAt: at, outcome, ct }));
  const householdOf = (number: number) => {
    const homes = (world.homes ?? []).map((each) => ({ ...each, number: numberOf(each.person) }));
    const own = homes.filter((each) => each.number === number).map(({ household }) => household);
    const others = homes.filter((each) => each.number !== number && own.includes(each.household));
    return [...new Set(others.map((each) => each.number))];
  };
  const movementsOf = (number: number, after: number, before: number | null): Movements => {
    const counts = ({ from, to }: { from: number; to: number }) => to > after && from < (before ?? Infinity);
    const found = stays.filter((stay) => stay.person === number && counts(stay));
    const nearness = world.nearness.filter(counts).flatMap(({ a, b, from, to, distance }): Nearness[] => {
      if (numberOf(a) === number) return [{ other: numberOf(b), from, to, distance: distance ?? -1 }];
      if (numberOf(b) === number) return [{ other: numberOf(a), from, to, distance: distance ?? -1 }];
      return [];
    });
    return {
      stays: {
        keys: found.map(({ key }) => key),
        from: found.map(({ from }) => from),
        to: found.map(({ to }) => to),
      },
      nearness,
    };
  };
  const asked = { slots: [] as number[] };

  return {
    asked,
    person: async (id) => {
      const number = numberOf(id);
      return number === 0 ? undefined : number;
    },
    people: async (persons, before, disease) =>
      new Map(
        persons.map(({ number, after }) => [
          number,
          {
            ...movementsOf(number, after, before),
            isolations: isolationsOf(number),
            tests: disease === null ? [] : testsOf(number),
            household: householdOf(number),
          },
        ]),
      ),
    movements: async (persons, before) =>
      new Map(persons.map(({ number, after }) => [number, movementsOf(number, after, before)])),
    slots: async (keys) => {
      asked.slots.push(...keys);
      return new Map(keys.map((key) => [key, contentsOf(stays.filter((stay) => stay.key === key))]));
    },
    seats: async (keys) =>
      new Map(
        keys.map((key) => {
          const seated = new Map<number, SeatedStay[]>();
          for (const { person, from, to, row } of stays.filter((stay) => stay.key === key)) {
            seated.set(person, [...(seated.get(person) ?? []), { from, to, row }]);
          }
          return [key, seated];
        }),
      ),
    sharedIn: async (keys) =>
      new Map(
        keys.flatMap((key) => {
          const shared = world.shares?.[places[Math.floor(key / 65_536) - 1] ?? ''];
          return shared ? [[key, shared] as const] : [];
        }),
      ),
    personIds: async (numbers) => new Map(numbers.map((number) => [number, people[number - 1] ?? ''])),
    placeIds: async (keys) => new Map(keys.map((key) => [key, places[Math.floor(key / 65_536) - 1] ?? ''])),
  };
}

interface Part {
  person: number;
  key: number;
  from: number;
  to: number;
  imputed: boolean;
  row: number | null;
}

function contentsOf(stays: Part[]): SlotContents {
  const ordered = [...stays].sort((a, b) => a.from - b.from);
  return {
    persons: Uint32Array.from(ordered, ({ person }) => person),
    from: Uint32Array.from(ordered, ({ from }) => from),
    to: Uint32Array.from(ordered, ({ to }) => to),
    imputed: Uint8Array.from(ordered, ({ imputed }) => (imputed ? 1 : 0)),
    longest: Math.max(0, ...ordered.map(({ from, to }) => to - from)),
  };
}
