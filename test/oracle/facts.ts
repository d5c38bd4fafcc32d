import type { DomainEvent, EventOf } from '../support/events.js';
import fc from 'fast-check';
import type { World } from './oracle.js';
import { lastWords, type Statement } from './results.js';
import { distance, instant, MIDNIGHT, PEOPLE, PLACES } from './worlds.js';

/**
 * Histories as they arrive: check-ins, check-outs, corrections and retractions in any order, stays with an unknown end,
 * and places whose usual stay becomes known late. Also the state at their end.
 */
const DEFAULT_STAY = 60;

const text = (at: number) => new Date(at * 1000).toISOString().replace('.000Z', 'Z');
const seconds = (at: string) => Date.parse(at) / 1000;

/**
 * Visits whose numbers share their lower 32 bits or are consecutive: collisions that a nation sees once in years happen
 * here all the time.
 */
const VISITS = ['00000010', '00000010', '00000010', '00000010', '00000011', '00000012', 'ffffffff', 'ffffffff'].map(
  (lower, i) => `${lower}-0000-5000-8000-${String(i + 1).padStart(6, '0')}000000`,
);

const visitId = fc.constantFrom(...VISITS);
const personId = fc.constantFrom(...PEOPLE);
const placeId = fc.constantFrom(...PLACES);
const lasting = fc.constantFrom(0, 5, 15, 30, 60, 240, 1500);
/** Few rows, near and far from one another; people change seats, and some seats are unknown. */
const seat = fc.constantFrom(null, null, '1A', '2B', '4C', '9D');

const facts = fc
  .record({ visitId, personId, placeId, from: instant, minutes: lasting })
  .map(({ from, minutes, ...visit }) => ({
    ...visit,
    arrivedAt: text(from),
    leftAt: text(from + minutes * 60),
  }));
const stay = fc
  .tuple(facts, fc.boolean(), seat)
  .map(([data, open, seated]) => ({ ...data, leftAt: open ? null : data.leftAt, seat: seated }));
const pair = fc.uniqueArray(personId, { minLength: 2, maxLength: 2 }).map((two) => [...two].sort() as [string, string]);
/** Kinds that differ only in case are one kind. */
const KINDS = ['shop', 'Shop', 'ward', 'bus'];
const HOUSEHOLDS = ['blue house', 'red house'];
const kindRule = fc.record({
  kind: fc.constantFrom('shop', 'ward', 'bus'),
  stayMinutes: fc.constantFrom(null, 20, 120, 1500),
  closedByNext: fc.constantFrom(null, true),
  shares: fc.constantFrom(null, null, 'vehicle' as const, 'nothing' as const),
});
const place = fc
  .record({ placeId, kind: fc.constantFrom(...KINDS), defaultStayMinutes: fc.constantFrom(null, null, 10, 90, 600) })
  .map((described) => ({
    name: described.placeId,
    capacity: null,
    latitude: null,
    longitude: null,
    ...described,
  }));
const isolationStart = fc.constantFrom(...[-4, 0, 3].map((steps) => text(MIDNIGHT + steps * 900)));

/** Records that may turn out to be of one person: a contact's, a case's, a chain of records, and a circle of two. */
const RECORDS: [string, string][] = [
  ['Giang', 'Em'],
  ['Dung', 'An'],
  ['Em', 'Dung'],
  ['Dung', 'Em'],
];

const result = fc
  .record({
    sampleId: fc.constantFrom('first sample', 'second sample'),
    personId,
    at: instant,
    result: fc.constantFrom('positive' as const, 'negative' as const, 'negative' as const, 'inconclusive' as const),
    ct: fc.constantFrom(null, 20, 38),
    poolSize: fc.constantFrom(1, 1, 5),
  })
  .map(({ at, ...stated }) => ({
    ...stated,
    disease: 'covid-19',
    collectedAt: text(at),
    reportedAt: text(at),
    onsetAt: null,
    infectiousFrom: null,
    infectiousUntil: null,
    rashAt: null,
    method: null,
  }));

const statement: fc.Arbitrary<DomainEvent> = fc.oneof(
  {
    weight: 8,
    arbitrary: stay.map((data) => ({ type: 'CheckedIn' as const, data })),
  },
  { weight: 2, arbitrary: facts.map((data) => ({ type: 'CheckedOut' as const, data })) },
  {
    weight: 3,
    arbitrary: stay.map((data) => ({ type: 'VisitCorrected' as const, data })),
  },
  {
    weight: 2,
    arbitrary: fc.record({ visitId, personId }).map((data) => ({ type: 'VisitRetracted' as const, data })),
  },
  {
    weight: 2,
    arbitrary: fc.record({ pair, from: instant, minutes: lasting, distance }).map((near) => ({
      type: 'ProximityObserved' as const,
      data: {
        personA: near.pair[0],
        personB: near.pair[1],
        startedAt: text(near.from),
        endedAt: text(near.from + near.minutes * 60),
        distanceMetres: near.distance,
      },
    })),
  },
  {
    weight: 1,
    arbitrary: fc
      .record({ personId, startedAt: isolationStart })
      .map((data) => ({ type: 'PersonIsolated' as const, data })),
  },
  {
    weight: 1,
    arbitrary: fc
      .record({ personId, startedAt: isolationStart, minutes: fc.constantFrom(0, 15, 60, 600) })
      .map(({ minutes, ...data }) => ({
        type: 'PersonReleased' as const,
        data: { ...data, endedAt: text(seconds(data.startedAt) + minutes * 60) },
      })),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(result, fc.boolean()).map(([data, corrected]) => ({
      type: corrected ? ('TestResultCorrected' as const) : ('TestResultReported' as const),
      data,
    })),
  },
  {
    weight: 1,
    arbitrary: result.map(({ sampleId, personId: who, disease, reportedAt }) => ({
      type: 'TestResultRetracted' as const,
      data: { sampleId, personId: who, disease, reportedAt },
    })),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(...RECORDS), fc.boolean())
      .map(([[who, other], merged]): DomainEvent =>
        merged
          ? { type: 'PersonMerged', data: { personId: who, into: other } }
          : { type: 'PersonUnmerged', data: { personId: who, from: other } },
      ),
  },
  {
    weight: 1,
    arbitrary: fc.record({ personId, householdId: fc.constantFrom(null, ...HOUSEHOLDS) }).map((data) => ({
      type: 'PersonRegistered' as const,
      data: { ...data, name: null, phone: null, phoneIndex: null, language: 'vi' as const },
    })),
  },
  { weight: 1, arbitrary: place.map((data) => ({ type: 'PlaceRegistered' as const, data })) },
  { weight: 1, arbitrary: place.map((data) => ({ type: 'PlaceCorrected' as const, data })) },
  { weight: 2, arbitrary: kindRule.map((data) => ({ type: 'PlaceKindRuled' as const, data })) },
);

/** Some visits have a longer history: checked in, checked out, copied, corrected. */
const life: fc.Arbitrary<DomainEvent[]> = fc
  .tuple(facts, fc.nat(3), lasting, seat)
  .map(([data, copies, minutes, seated]) => {
    const checkedIn: DomainEvent = { type: 'CheckedIn', data: { ...data, leftAt: null, seat: seated } };
    const leftAt = text(seconds(data.arrivedAt) + minutes * 60);
    const checkedOut: DomainEvent = { type: 'CheckedOut', data: { ...data, leftAt } };
    return [checkedIn, checkedOut, ...Array<DomainEvent>(copies).fill(checkedIn)];
  });

export const history: fc.Arbitrary<DomainEvent[]> = fc
  .array(fc.oneof({ weight: 5, arbitrary: statement.map((one) => [one]) }, { weight: 1, arbitrary: life }), {
    minLength: 10,
    maxLength: 50,
  })
  .map((parts) => parts.flat());

/** The same history with other ids, so that many fit into one graph. */
export function renamed(events: readonly DomainEvent[], prefix: string): DomainEvent[] {
  const ids = new Set([...PEOPLE, ...PLACES, ...KINDS, ...HOUSEHOLDS]);
  return events.map((event) => ({
    ...event,
    data: Object.fromEntries(
      Object.entries(event.data).map(([name, value]) => [
        name,
        typeof value === 'string' && ids.has(value) ? `${prefix}${value}` : (value as unknown),
      ]),
    ),
  })) as DomainEvent[];
}

/** The state after a history: for each visit of a person, the last statement. */
export function worldAfter(events: readonly DomainEvent[]): World {
  const visits = new Map<
    string,
    { person: string; place: string; from: number; to: number | null; row: number | null }
  >();
  const nearness = new Map<string, World['nearness'][number]>();
  const isolations = new Map<string, World['isolations'][number]>();
  const described = new Map<string, { kind: string; own: number | null }>();
  const ruled = new Map<string, { stay: number | null; shares: string | null }>();
  const homes = new Map<string, string | null>();
  const said: Statement[] = [];
  const who = whoIs(events);
  for (const { type, data } of events) {
    switch (type) {
      case 'CheckedIn':
      case 'CheckedOut':
      case 'VisitCorrected': {
        const key = `${data.visitId} ${data.personId}`;
        const to = data.leftAt === null ? null : seconds(data.leftAt);
        const row =
          type === 'CheckedOut' ? (visits.get(key)?.row ?? null) : data.seat === null ? null : parseInt(data.seat);
        const said = { person: data.personId, place: data.placeId, from: seconds(data.arrivedAt), to, row };
        const known = visits.get(key);
        const isCopy =
          type === 'CheckedIn' &&
          to === null &&
          known !== undefined &&
          known.place === said.place &&
          known.from === said.from &&
          known.to !== null &&
          known.to > known.from;
        // A copy adds nothing about when and where; the seat that it names is known from then on.
        visits.set(key, isCopy ? { ...known, row: said.row } : said);
        break;
      }
      case 'VisitRetracted':
        visits.delete(`${data.visitId} ${data.personId}`);
        break;
      case 'ProximityObserved':
        nearness.set(`${data.personA} ${data.personB} ${data.startedAt}`, {
          a: data.personA,
          b: data.personB,
          from: seconds(data.startedAt),
          to: seconds(data.endedAt),
          distance: data.distanceMetres,
        });
        break;
      case 'PersonRegistered':
        homes.set(data.personId, data.householdId);
        break;
      case 'PersonMerged':
      case 'PersonUnmerged':
        break;
      case 'PersonIsolated':
      case 'PersonReleased':
        isolations.set(`${data.personId} ${data.startedAt}`, {
          person: data.personId,
          from: seconds(data.startedAt),
          to: type === 'PersonReleased' ? seconds(data.endedAt) : null,
        });
        break;
      case 'PlaceRegistered':
      case 'PlaceCorrected':
        described.set(data.placeId, { kind: data.kind.toLowerCase(), own: data.defaultStayMinutes });
        break;
      case 'PlaceKindRuled':
        ruled.set(data.kind, { stay: data.stayMinutes, shares: data.shares });
        break;
      case 'TestResultReported':
      case 'TestResultCorrected':
      case 'TestResultRetracted':
        said.push(statementOf(type === 'TestResultRetracted' ? { ...data, result: null } : data));
        break;
      default:
        throw new Error(`a history of presence holds no ${type}`);
    }
  }
  const shares: NonNullable<World['shares']> = {};
  for (const [id, { kind }] of described) {
    // Kinds of these histories that the program knows; a prefix turns them into unknown kinds.
    const known = kind === 'ward' ? 'group' : kind === 'bus' ? 'vehicle' : null;
    const shared = ruled.get(kind)?.shares ?? known;
    if (shared === 'vehicle' || shared === 'group') shares[id] = shared;
  }
  const lastingAt = (id: string) => {
    const place = described.get(id);
    return place?.own ?? ruled.get(place?.kind ?? '')?.stay ?? DEFAULT_STAY;
  };
  return {
    stays: [...visits.values()].map(({ to, person, ...visit }) => ({
      ...visit,
      person: who(person),
      imputed: to === null,
      to: to ?? visit.from + lastingAt(visit.place) * 60,
    })),
    shares,
    homes: [...homes].flatMap(([person, household]) =>
      household === null ? [] : [{ person: who(person), household }],
    ),
    nearness: [...nearness.values()].map((near) => ({ ...near, a: who(near.a), b: who(near.b) })),
    isolations: [...isolations.values()].map((each) => ({ ...each, person: who(each.person) })),
    tests: lastWords(said).map(({ person, at, outcome, pool, ct = null }) => ({
      ...{ person: who(person), at, ct },
      outcome: outcome === 'positive' && pool > 1 ? 'inconclusive' : outcome,
    })),
  };
}

type Result = EventOf<'TestResultReported'>['data'];

function statementOf({
  sampleId: sample,
  personId: person,
  disease,
  reportedAt,
  ...facts
}: Partial<Omit<Result, 'result'>> &
  Pick<Result, 'sampleId' | 'personId' | 'disease' | 'reportedAt'> & { result: Result['result'] | null }): Statement {
  const named = { sample, person, disease, reportedAt: seconds(reportedAt) };
  if (facts.result === null) return { ...named, held: null };
  const { collectedAt = '', result: outcome, method = null, poolSize: pool = 1, ct = null } = facts;
  return { ...named, held: { ...named, at: seconds(collectedAt), outcome, method, pool, ct, onset: null } };
}

/** The record that counts for each record after a history. */
export function whoIs(events: readonly DomainEvent[]): (record: string) => string {
  const into = new Map<string, string>();
  for (const { type, data } of events) {
    if (type === 'PersonMerged') into.set(data.personId, data.into);
    else if (type === 'PersonUnmerged') into.delete(data.personId);
  }
  return (record) => {
    const seen = new Set<string>();
    for (let at = record; !seen.has(at); at = into.get(at) as string) {
      if (!into.has(at)) return at;
      seen.add(at);
    }
    return record;
  };
}
