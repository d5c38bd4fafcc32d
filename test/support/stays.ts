import { expect } from '@jest/globals';
import type { Driver } from 'neo4j-driver';
import { readGraphState } from '../../src/contact-graph/checkpoints.js';
import { personOfDiary, staysIn } from '../../src/contact-graph/diary.js';
import { labelling, served, type LabelOf } from '../../src/contact-graph/instances.js';
import { inTransaction, rows } from '../../src/contact-graph/neo4j.js';
import { placeOfSlot, visitsIn } from '../../src/contact-graph/packed.js';
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

function inOrder(a: StayOnDay, b: StayOnDay): number {
  const [one, other] = [a, b].map(({ person, place }) => `${person} ${place}`) as [string, string];
  return one < other ? -1 : one > other ? 1 : a.from - b.from || a.to - b.to;
}
