import { withoutRepeats } from '../presence/index.js';
import { dayOf, SECONDS_PER_DAY } from '../kernel/instant.js';
import { diariesOf, joined, visitsOf, type PackedDiary } from '../contact-graph/diary-reader.js';
import { STRETCHES, stretchOf } from '../contact-graph/diary.js';
import type { LabelOf } from '../contact-graph/instances.js';
import { MergedIds, MergedRecords } from '../contact-graph/merged-records.js';
import { int, ints, rows, type Tx } from '../contact-graph/neo4j.js';
import { placeOfSlot, slotKey, visitsIn } from '../contact-graph/packed.js';
import { dayEndOf } from '../contact-graph/ports.js';
import { packedSlots } from '../contact-graph/slot-reader.js';
import type { NearFacts, PresentAfter, PresentFacts, Span, StayFacts } from './question-ports.js';

/** Where people were and whom their phones met, for questions: all records of a person count as one. */

export async function staysOf(tx: Tx, label: LabelOf, spans: readonly Span[]): Promise<StayFacts[][]> {
  const merged = await MergedIds.read(tx, label);
  const asked = spans.flatMap(({ personId, from, until }, i) =>
    merged.with(personId).map((record) => [int(i), record, int(stretchOf(from)), int(stretchOf(until))]),
  );
  const found = await rows<{ span: number; diaries: PackedDiary[] }>(
    tx,
    `UNWIND $asked AS row MATCH (p:Person {id: row[1]})
     RETURN row[0] AS span, ${diariesOf(label, { first: 'row[2]', last: 'row[3]' })} AS diaries`,
    { asked },
  );
  const bySpan = new Map<number, (Omit<StayFacts, 'personId' | 'placeId'> & { place: number })[]>();
  for (const { span, diaries } of found) {
    const { from, until } = spans[span] as Span;
    const stays = bySpan.get(span) ?? [];
    for (const days of visitsOf(diaries).values()) {
      const within = days.filter((day) => day.to > from && day.from < until);
      const [day] = within;
      if (day) stays.push({ place: placeOfSlot(day.key), ...joined(within) });
    }
    bySpan.set(span, stays);
  }
  const idOf = await placeIds(
    tx,
    [...bySpan.values()].flat().map(({ place }) => place),
  );
  return spans.map(({ personId }, i) => {
    const records = merged.with(personId);
    const stays = (bySpan.get(i) ?? [])
      .sort((a, b) => a.from - b.from || a.to - b.to)
      .map(({ place, from, to, open }) => ({
        ...{ personId: records[0] as string, placeId: idOf.get(place) ?? '' },
        ...{ from, to, open },
      }));
    return records.length > 1 ? withoutRepeats(stays) : stays;
  });
}

async function placeIds(tx: Tx, numbers: readonly number[]): Promise<Map<number, string>> {
  if (numbers.length === 0) return new Map();
  const found = await rows<{ number: number; id: string }>(
    tx,
    'UNWIND $numbers AS number MATCH (l:Place {number: number}) RETURN number, l.id AS id',
    { numbers: ints(new Set(numbers)) },
  );
  return new Map(found.map(({ number, id }) => [number, id]));
}

export async function near(tx: Tx, label: LabelOf, personId: string, spans: readonly Span[]): Promise<NearFacts[][]> {
  const merged = await MergedIds.read(tx, label);
  const own = merged.with(personId);
  const asked = spans.flatMap((span, i) =>
    own.flatMap((one) =>
      merged.with(span.personId).map((other) => [int(i), one, other, int(span.from), int(span.until)]),
    ),
  );
  const found = await rows<NearFacts & { span: number }>(
    tx,
    `UNWIND $asked AS row
     MATCH (:Person {id: row[1]})-[n:${label('NEAR')}]-(:Person {id: row[2]}) WHERE n.to > row[3] AND n.from < row[4]
     RETURN row[0] AS span, n.from AS from, n.to AS to, n.distance AS distance ORDER BY span, from`,
    { asked },
  );
  const met: NearFacts[][] = spans.map(() => []);
  for (const { span, ...each } of found) met[span]?.push(each);
  return met;
}

/** A visit at the place asked for, within the days asked for. */
interface Present {
  person: number;
  /** Its number in slots. */
  visit: number;
  since: number;
  /** The visit as the slot has it; undefined if it may go on before or after that day, which only the diary tells. */
  stay: Pick<StayFacts, 'from' | 'to' | 'open'> | undefined;
}

export async function present(
  tx: Tx,
  label: LabelOf,
  placeId: string,
  window: { from: number; until: number },
  { after, limit }: { after?: PresentAfter | undefined; limit: number },
): Promise<PresentFacts[]> {
  // Sent together: one round trip.
  const [[place], merged] = await Promise.all([
    rows<{ number: number }>(tx, 'MATCH (l:Place {id: $placeId}) RETURN l.number AS number', { placeId }),
    MergedRecords.read(tx, label),
  ]);
  if (!place) return [];
  const there = await presentIn(tx, label, place.number, window);
  const several = new Set(merged.all());
  const alone = await pageOf(
    tx,
    there.filter(({ person }) => !several.has(person)),
    { after, limit },
  );
  const people = [...new Set(there.filter(({ person }) => several.has(person)).map(({ person }) => merged.of(person)))];
  const [known, names] = await Promise.all([
    diariesOfAll(tx, label, [
      ...alone.filter(({ stay }) => !stay).map(({ person }) => person),
      ...people.flatMap((person) => merged.recordsOf(person)),
    ]),
    personIds(tx, people),
  ]);
  const visits = alone.flatMap(({ person, personId, visit, since, stay }): PresentFacts[] => {
    if (stay) return [{ personId, visit, since, ...stay }];
    const days = [...(known.get(person)?.values() ?? [])].find(
      ([day]) => day?.number === visit && placeOfSlot(day.key) === place.number,
    );
    // A visit that was moved since the slots were read is at this place no more.
    return days ? [{ personId, visit, since, ...joined(days) }] : [];
  });
  const inWindow = people
    .flatMap((person) => {
      const stays = merged.recordsOf(person).flatMap((record) =>
        [...(known.get(record)?.values() ?? [])].flatMap((days) => {
          const [day] = days;
          if (!day || placeOfSlot(day.key) !== place.number) return [];
          return [{ personId: names.get(person) ?? '', placeId: '', visit: day.number, ...joined(days) }];
        }),
      );
      stays.sort((a, b) => a.from - b.from || a.visit - b.visit);
      return withoutRepeats(stays).map(({ personId, visit, from, to, open }) => ({ personId, visit, from, to, open }));
    })
    .filter(({ from, to }) => from < window.until && to > window.from)
    .map((stay) => ({ ...stay, since: Math.max(stay.from, dayOf(window.from) * SECONDS_PER_DAY) }))
    .filter((stay) => !after || inOrder(after, stay) < 0);
  return [...visits, ...inWindow].sort(inOrder).slice(0, limit);
}

/** Visits at a place in a window, each with its first instant within the days of the window. */
async function presentIn(
  tx: Tx,
  label: LabelOf,
  place: number,
  { from, until }: { from: number; until: number },
): Promise<Present[]> {
  const found = new Map<string, Present>();
  const keys: number[] = [];
  for (let day = dayOf(from); day <= dayOf(until - 1); day++) keys.push(slotKey(place, day));
  const slots = await packedSlots(tx, label, keys);
  for (const key of keys) {
    const slot = slots.get(key);
    if (!slot) continue;
    const [midnight, nextMidnight] = [dayEndOf(key) - SECONDS_PER_DAY, dayEndOf(key)];
    for (const { person, visit, from: since, to, imputed } of visitsIn(key, slot.records)) {
      if (since >= until || to <= from) continue;
      const name = `${visit} of ${person}`;
      const isWhole = since > midnight && to < nextMidnight;
      // Days come in order, so the first one has the first instant.
      if (!found.has(name)) {
        const stay = isWhole ? { from: since, to, open: imputed } : undefined;
        found.set(name, { person, visit, since, stay });
      }
    }
  }
  return [...found.values()];
}

/** The visits of a page, in order; their people must be named to put those that begin at once in order. */
async function pageOf(
  tx: Tx,
  visits: readonly Present[],
  { after, limit }: { after: PresentAfter | undefined; limit: number },
): Promise<(Present & { personId: string })[]> {
  const later = visits.filter(({ since }) => !after || since >= after.since).sort((a, b) => a.since - b.since);
  // Those that begin when the page before ended are on it or on this one; those that begin with the last one may be.
  const from = after ? later.findIndex(({ since }) => since > after.since) : 0;
  const last = later[Math.min((from < 0 ? later.length : from) + limit, later.length) - 1]?.since ?? 0;
  const asked = later.filter(({ since }) => since <= last);
  const names = await personIds(
    tx,
    asked.map(({ person }) => person),
  );
  return asked
    .map((visit) => ({ ...visit, personId: names.get(visit.person) ?? '' }))
    .sort(inOrder)
    .filter((visit) => !after || inOrder(after, visit) < 0)
    .slice(0, limit);
}

/** All visits of these people, by number of the person. */
async function diariesOfAll(
  tx: Tx,
  label: LabelOf,
  numbers: readonly number[],
): Promise<Map<number, ReturnType<typeof visitsOf>>> {
  if (numbers.length === 0) return new Map();
  const found = await rows<{ number: number; diaries: PackedDiary[] }>(
    tx,
    `UNWIND $numbers AS number MATCH (p:Person {number: number})
     RETURN number, ${diariesOf(label, { first: '0', last: String(STRETCHES - 1) })} AS diaries`,
    { numbers: ints(new Set(numbers)) },
  );
  return new Map(found.map(({ number, diaries }) => [number, visitsOf(diaries)]));
}

async function personIds(tx: Tx, numbers: readonly number[]): Promise<Map<number, string>> {
  if (numbers.length === 0) return new Map();
  const found = await rows<{ number: number; id: string }>(
    tx,
    'UNWIND $numbers AS number MATCH (p:Person {number: number}) RETURN number, p.id AS id',
    { numbers: ints(new Set(numbers)) },
  );
  return new Map(found.map(({ number, id }) => [number, id]));
}

/** The order of pages of people at a place. */
function inOrder(a: PresentAfter, b: PresentAfter): number {
  if (a.since !== b.since) return a.since - b.since;
  return a.personId < b.personId ? -1 : a.personId > b.personId ? 1 : a.visit - b.visit;
}
