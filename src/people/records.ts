import { personStream } from './events.js';
import { personDecider, type PersonState } from './person.js';
import type { EventStore } from '../event-log/event-store.js';
import { load } from '../event-log/handle.js';

/**
 * Returns all records of a person, the one whose id counts first; only the given record if it was never merged. Records
 * that point at one another in a circle belong to nobody: each stands alone, and so does a record that points into a
 * circle.
 * @param known state of the given record, if it was just read.
 */
export async function recordsOf(store: EventStore, record: string, known?: PersonState): Promise<string[]> {
  const states = new Map<string, Promise<PersonState>>(known && [[record, Promise.resolve(known)]]);
  const stateOf = (id: string) => {
    const state = states.get(id) ?? load(store, personDecider, personStream(id)).then((loaded) => loaded.state);
    states.set(id, state);
    return state;
  };
  let counting = record;
  const passed = new Set([record]);
  for (;;) {
    const { mergedInto } = await stateOf(counting);
    if (mergedInto === null) break;
    if (passed.has(mergedInto)) return [record];
    passed.add(mergedInto);
    counting = mergedInto;
  }
  const records = [counting];
  // The list grows during the loop: records may have records of their own.
  for (const merged of records) {
    for (const other of (await stateOf(merged)).linked) {
      if ((await stateOf(other)).mergedInto === merged) records.push(other);
    }
  }
  return records;
}
