import { expect } from '@jest/globals';
import type { Driver } from 'neo4j-driver';
import { readGraphState } from '../../src/contact-graph/checkpoints.js';
import { personOfDiary, recordsIn, staysIn, type DiaryRecord } from '../../src/contact-graph/diary.js';
import { labelling, served, type LabelOf } from '../../src/contact-graph/instances.js';
import { inTransaction, rows } from '../../src/contact-graph/neo4j.js';
import { placeOfSlot, seatOf, unpackSeats, visitsIn } from '../../src/contact-graph/packed.js';
import { packedSlots } from '../../src/contact-graph/slot-reader.js';
import { DAYS } from '../../src/contact-graph/ports.js';

/** A stay on one day; instants in seconds. */
export interface StayOnDay {
  person: string;
  place: string;
  day: number;
  from: number;
  to: number;
}

/** Maps labels to those of the builds that queries read. */
export async function labelOf(driver: Driver): Promise<LabelOf> {
  return labelling(served((await readGraphState(driver))?.instances ?? []));
}

/**
 * All stays in the graph day by day, by person, place and time. The diaries and the slots must hold the same ones.
 * @param prefix of the ids of the people wanted.
 */
export async function staysInGraph(driver: Driver, prefix = ''): Promise<StayOnDay[]> {
  const label = await labelOf(driver);
  return inTransaction(driver, 'read', async (tx) => {
    const ids = async (kind: 'Person' | 'Place', like: string) => {
      const found = await rows<{ number: number; id: string }>(
        tx,
        `MATCH (n:${kind}) WHERE n.id STARTS WITH $like RETURN n.number AS number, n.id AS id`,
        { like },
      );
      return new Map(found.map(({ number, id }) => [number, id]));
    };
    const people = await ids('Person', prefix);
    const places = await ids('Place', '');
    const stay = (person: number, key: number, from: number, to: number): StayOnDay[] => {
      const id = people.get(person);
      const place = places.get(placeOfSlot(key));
      return id === undefined || place === undefined ? [] : [{ person: id, place, day: key % DAYS, from, to }];
    };
    const diaries = await rows<{ key: number; packed: Int8Array }>(
      tx,
      `MATCH (d:${label('Diary')}) RETURN d.key AS key, d.packed AS packed`,
    );
    const inDiaries = diaries.flatMap(({ key, packed }) =>
      staysIn(key, packed).flatMap((each) => stay(personOfDiary(key), each.key, each.from, each.to)),
    );
    const keys = await rows<{ key: number }>(tx, `MATCH (s:${label('Slot')}) RETURN s.key AS key`);
    const slots = await packedSlots(
      tx,
      label,
      keys.map(({ key }) => key),
    );
    const inSlots = [...slots].flatMap(([key, { records }]) =>
      visitsIn(key, records).flatMap(({ person, from, to }) => stay(person, key, from, to)),
    );
    const sorted = inDiaries.sort(inOrder);
    expect(inSlots.sort(inOrder)).toEqual(sorted);
    return sorted;
  });
}

/** Everything that the graph holds of visits, in a form that does not depend on how it came there. */
export async function visitRows(driver: Driver) {
  const label = await labelOf(driver);
  return inTransaction(driver, 'read', async (tx) => {
    const diaries = await rows<{ key: number; packed: Int8Array; length: number }>(
      tx,
      `MATCH (d:${label('Diary')}) RETURN d.key AS key, d.packed AS packed, d.length AS length ORDER BY key`,
    );
    const keys = await rows<{ key: number }>(tx, `MATCH (s:${label('Slot')}) RETURN s.key AS key ORDER BY key`);
    const slots = await packedSlots(
      tx,
      label,
      keys.map(({ key }) => key),
    );
    const stays = await rows<{ place: string; kind: string | null; minutes: number | null }>(
      tx,
      `MATCH (p:Place) RETURN p.id AS place, p.${label('Place.kind')} AS kind, p.${label('Place.stayMinutes')} AS minutes
       ORDER BY place`,
    );
    const rules = await rows<{ kind: string; minutes: number }>(
      tx,
      `MATCH (r:${label('StayRule')}) WHERE r.stayMinutes IS NOT NULL
       RETURN r.kind AS kind, r.stayMinutes AS minutes ORDER BY kind`,
    );
    return {
      diaries: new Map(
        diaries.map(({ key, packed, length }) => {
          expect(length).toBe(packed.length);
          return [key, byVisit(recordsIn(key, packed))];
        }),
      ),
      slots: new Map(
        [...slots].map(([key, { records, seats }]) => [key, seatedIn(key, records, seats)] as const).filter(holds),
      ),
      ...{ stays, rules },
    };
  });
}

function byVisit(records: readonly DiaryRecord[]): Map<number, DiaryRecord[]> {
  const visits = new Map<number, DiaryRecord[]>();
  for (const record of records) visits.set(record.key, [...(visits.get(record.key) ?? []), record]);
  return visits;
}

const holds = ([, visits]: readonly [number, readonly unknown[]]) => visits.length > 0;

function seatedIn(key: number, records: Uint32Array, seats: Int8Array | null) {
  const known = seats ? unpackSeats(seats) : new Map<string, number | null>();
  return visitsIn(key, records)
    .map((visit) => ({ ...visit, row: known.get(seatOf(visit)) ?? null }))
    .sort((a, b) => a.person - b.person || a.visit - b.visit);
}

function inOrder(a: StayOnDay, b: StayOnDay): number {
  const [one, other] = [a, b].map(({ person, place }) => `${person} ${place}`) as [string, string];
  return one < other ? -1 : one > other ? 1 : a.from - b.from || a.to - b.to;
}
