import { PersonIsolated, PersonRegistered, personDecider, personStream } from '../people/index.js';
import { PlaceRegistered, placeDecider, placeStream } from '../places/index.js';
import {
  CheckedIn,
  CheckedOut,
  KnownVisits,
  PRESENCE,
  VisitCorrected,
  presenceStream,
  storePresence,
  type KnownVisit,
  type PresenceEvent,
} from '../presence/index.js';
import {
  SampleCollected,
  TestResultReported,
  sampleDecider,
  sampleStream,
  wordKey,
  type TestResult,
} from '../samples/index.js';
import type { Stream } from '../kernel/stream.js';
import { eventSet, union, type Event, type EventSet } from '../kernel/event.js';
import { oneForm } from '../kernel/text.js';
import { formatInstant, readInstant, type Instant } from '../kernel/instant.js';
import type { EventStore, NewEvent, Position } from '../event-log/event-store.js';
import { handle, load } from '../event-log/handle.js';
import { idOf } from '../kernel/ids.js';
import { problemOfId, problemOfPersonal } from '../intake/fields.js';
import type { RowKind } from '../intake/define-rows.js';
import type { Origin, Outcome } from '../intake/outcome.js';
import type { Means } from '../requests/context.js';

/**
 * Ids from a log that is older than the canonical form: they are not in that form, and would be written in another way
 * if they came in today.
 */
export interface TwinIds {
  people: Twin[];
  places: Twin[];
  households: Twin[];
  samples: Twin[];
  /** Ids for which nothing new is accepted today in any form. */
  refused: RefusedId[];
}

export interface RefusedId {
  kind: 'person' | 'place' | 'household' | 'sample';
  /** The id in the log. */
  id: string;
  /** What is wrong with it. */
  reason: string;
}

export interface Twin {
  /** The id in the log. */
  id: string;
  /** Its canonical form. */
  one: string;
}

const VISITS = eventSet(CheckedIn, CheckedOut, VisitCorrected);
const NAMING = union(
  PRESENCE,
  eventSet(PersonRegistered, PersonIsolated, PlaceRegistered, SampleCollected, TestResultReported),
);
const SOURCE = 'twin-ids';

/** Searches the whole log for ids that are not in the canonical form. */
export async function findTwins(store: EventStore): Promise<TwinIds> {
  const found = {
    people: new Set<string>(),
    places: new Set<string>(),
    households: new Set<string>(),
    samples: new Set<string>(),
  };
  const look = (among: Set<string>, ...ids: (string | null)[]): void => {
    for (const id of ids) if (id !== null) among.add(id);
  };
  await readAll(store, NAMING, ({ data }) => {
    if ('personId' in data) look(found.people, data.personId);
    if ('personA' in data) look(found.people, data.personA, data.personB);
    if ('placeId' in data) look(found.places, data.placeId);
    if ('householdId' in data) look(found.households, data.householdId);
    if ('sampleId' in data) look(found.samples, data.sampleId);
  });
  const refused = (['person', 'place', 'household', 'sample'] as const).flatMap((kind) =>
    [...found[OF[kind]]].sort().flatMap((id): RefusedId[] => {
      const problem = problemIn(kind, id);
      return problem ? [{ kind, id, reason: problem.reason }] : [];
    }),
  );
  // An id for which nothing new is accepted has no canonical form to use instead.
  const twins = (kind: RefusedId['kind']): Twin[] =>
    [...found[OF[kind]]]
      .filter((id) => oneForm(id) !== id && !problemIn(kind, id))
      .sort()
      .map((id) => ({ id, one: oneForm(id) }));
  return {
    people: twins('person'),
    places: twins('place'),
    households: twins('household'),
    samples: twins('sample'),
    refused,
  };
}

const OF = { person: 'people', place: 'places', household: 'households', sample: 'samples' } as const;

function problemIn(kind: RefusedId['kind'], id: string) {
  const one = oneForm(id);
  if (one === '') return { reason: 'has no visible character' };
  return problemOfId(one) ?? (kind === 'sample' ? undefined : problemOfPersonal(one));
}

/**
 * Merges places and households that have two ids, by recording new facts: no earlier fact is lost. The command for
 * merging people merges people.
 * @returns how many visits and people were recorded again; a second run records nothing.
 */
export async function mergePlaces(
  means: Means,
  { places, households }: TwinIds,
): Promise<{ visits: number; people: number }> {
  const visits = await visitsAt(means.base.store, new Map(places.map(({ id, one }) => [id, one])));
  for (const { id, one } of places) await describeAs(means.base.store, id, one);
  let moved = 0;
  for (const { one, personId, visit } of visits) {
    const { visitId, arrivedAt, leftAt, seat } = visit;
    const data = { visitId, personId, placeId: one, arrivedAt, leftAt, seat };
    const event: NewEvent<VisitCorrected> = {
      id: idOf(SOURCE, visitId, one, arrivedAt, String(leftAt)),
      event: { type: 'VisitCorrected', data },
      provenance: { source: SOURCE },
    };
    await storePresence(means.base.store, [{ stream: presenceStream(personId, arrivedAt), event }]);
    moved++;
  }
  return {
    visits: moved,
    people: await rehouse(means.base.store, new Map(households.map(({ id, one }) => [id, one]))),
  };
}

/** Copies a person's registration to the canonical id, unless that id has a registration already. */
export async function carryOver({ base: { store, sealing } }: Means, { id, one }: Twin): Promise<void> {
  const [from, to] = await Promise.all(
    [id, one].map(async (each) => (await load(store, personDecider, personStream(each))).state),
  );
  const known = from?.registered;
  if (!known || to?.registered) return;
  const provenance = { source: SOURCE };
  const again = async (field: 'name' | 'phone') => {
    const sealed = known[field];
    const text = sealed === null ? undefined : await sealing.open(id, field, sealed);
    return text === undefined ? null : sealing.seal(one, field, text, provenance);
  };
  const data = { ...known, personId: one, name: await again('name'), phone: await again('phone') };
  await handle(store, personDecider, personStream(one), { type: 'Register', data, unchanged: () => false }, provenance);
}

/**
 * Reports the valid results of a tube with two ids under the canonical id, and then retracts them under the other. From
 * then on the case is based on the canonical id, with the same days, so nobody gets a message. A later result of the
 * laboratory under the canonical id stays valid.
 * @param results stores rows of results.
 * @returns how many results were reported again; a second run reports nothing.
 */
export async function mergeTubes(
  means: Means,
  { samples }: Pick<TwinIds, 'samples'>,
  results: Pick<RowKind, 'store'>,
): Promise<number> {
  const report: Report = (row, origin) => results.store(means, [row], origin);
  let merged = 0;
  for (const { id, one } of samples) {
    const { state, origins } = await tubeOf(means.base.store, id);
    for (const [key, { result, asOf }] of state.words) {
      if (result && (await carry(report, { id, one, result, asOf }, origins.get(key)))) merged++;
    }
    for (const [key, result] of state.held) {
      const asOf = readInstant(result.reportedAt);
      if (await carry(report, { id, one, result, asOf }, origins.get(key))) merged++;
    }
  }
  return merged;
}

/** Stores a row of results. */
type Report = (row: object, origin: Origin) => Promise<Outcome[]>;

/** @returns false when results of its disease are not accepted any more: the result then stays under both ids. */
async function carry(
  report: Report,
  { id, one, result, asOf }: Twin & { result: TestResult; asOf: Instant },
  laboratory: boolean | undefined,
): Promise<boolean> {
  const provenance = { source: SOURCE, laboratory };
  const [outcome] = await report({ ...result, sampleId: one, older: [] }, { provenance });
  if (outcome?.status === 'refused') return false;
  const reportedAt = formatInstant(asOf);
  const retraction = { ...result, sampleId: id, older: [], result: 'retracted' as const, reportedAt };
  // With a key, since the same result may have been retracted before and reported again since.
  await report(retraction, { provenance, key: SOURCE });
  return true;
}

/** A tube, and whether the last report about each person and disease had a laboratory's right. */
async function tubeOf(store: EventStore, id: string) {
  const origins = new Map<string, boolean | undefined>();
  for await (const { type, data, provenance } of store.read(sampleStream(id))) {
    if (type !== 'SampleCollected') origins.set(wordKey(data.personId, data.disease), provenance.laboratory);
  }
  return { state: (await load(store, sampleDecider, sampleStream(id))).state, origins };
}

async function describeAs(store: EventStore, id: string, one: string): Promise<void> {
  const [from, to] = await Promise.all(
    [id, one].map(async (each) => (await load(store, placeDecider, placeStream(each))).state),
  );
  if (!from || to) return;
  const command = { type: 'DescribePlace' as const, data: { ...from, placeId: one } };
  await handle(store, placeDecider, placeStream(one), command, { source: SOURCE });
}

interface Moved {
  one: string;
  personId: string;
  visit: KnownVisit & { seat: string | null };
}

/** The visits whose latest record is at one of these places. */
async function visitsAt(store: EventStore, places: ReadonlyMap<string, string>): Promise<Moved[]> {
  if (places.size === 0) return [];
  const people = new Map<string, Map<string, Stream<PresenceEvent>>>();
  await readAll(store, VISITS, ({ data: { placeId, personId, arrivedAt } }) => {
    if (!places.has(placeId)) return;
    const own = people.get(personId) ?? new Map<string, Stream<PresenceEvent>>();
    const stream = presenceStream(personId, arrivedAt);
    people.set(personId, own.set(stream.name, stream));
  });
  const moved: Moved[] = [];
  for (const [personId, own] of people) {
    const visits = new KnownVisits();
    const seats = new Map<string, string | null>();
    for (const stream of own.values()) {
      for await (const event of store.read(stream)) {
        visits.recorded(event);
        if (event.type === 'CheckedIn' || event.type === 'VisitCorrected')
          seats.set(event.data.visitId, event.data.seat);
      }
    }
    for (const visit of visits) {
      const one = places.get(visit.placeId);
      if (one !== undefined) moved.push({ one, personId, visit: { ...visit, seat: seats.get(visit.visitId) ?? null } });
    }
  }
  return moved;
}

async function rehouse(store: EventStore, households: ReadonlyMap<string, string>): Promise<number> {
  if (households.size === 0) return 0;
  const people = new Set<string>();
  await readAll(store, eventSet(PersonRegistered), ({ data: { personId, householdId } }) => {
    if (householdId !== null && households.has(householdId)) people.add(personId);
  });
  let moved = 0;
  for (const personId of people) {
    const { registered } = (await load(store, personDecider, personStream(personId))).state;
    const householdId = households.get(registered?.householdId ?? '');
    if (!registered || householdId === undefined) continue;
    const data = { ...registered, householdId };
    const command = { type: 'Register' as const, data, unchanged: () => false };
    await handle(store, personDecider, personStream(personId), command, { source: SOURCE });
    moved++;
  }
  return moved;
}

async function readAll<E extends Event>(
  store: EventStore,
  events: EventSet<E>,
  each: (event: E) => void,
): Promise<void> {
  let position: Position | undefined;
  const done = new AbortController();
  if (!(await store.isBehind(position, events.types))) return;
  for await (const batch of store.follow({ events, maxEvents: 5_000, maxWait: 100, signal: done.signal })) {
    for (const { type, position: at, reason } of batch.unreadable ?? []) {
      console.error(`${type} at ${at.commit} was skipped: ${reason}`);
    }
    for (const event of batch.events) each(event);
    position = batch.position;
    if (!(await store.isBehind(position, events.types))) done.abort();
  }
}
