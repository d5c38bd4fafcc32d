import { sampleStream, type TestResult } from './events.js';
import { sampleDecider, wordKey, type SampleState } from './sample.js';
import { canonicalId } from '../kernel/text.js';
import type { EventStore } from '../event-log/event-store.js';
import { load } from '../event-log/handle.js';
import type { Complaint } from '../requests/refusal.js';
import type { OlderId } from '../intake/remarks.js';

/** A row of results as it was read. */
export interface ResultRow extends Omit<TestResult, 'reportedAt' | 'result'> {
  /** Null where the row does not say; then it is taken to be when the sample was taken. */
  reportedAt: string | null;
  result: TestResult['result'] | 'retracted';
  /** Ids that the log may hold in another form. */
  older: readonly OlderId[];
}

/**
 * The row under the ids under which the log holds a result of its tube, person and disease: as they are given, else in
 * the form that ids have, else with decomposed letters; one that stands before one that was retracted. Where the log
 * holds none, it is a new result.
 * @returns complaints where it is a new result under an id of which nothing new is taken.
 */
export async function asTheLogHolds(
  store: EventStore,
  row: ResultRow,
): Promise<{ row: ResultRow } | { complaints: Complaint[] }> {
  if (row.older.length === 0) return { row };
  const formsOf = (column: string, one: string) => {
    const given = row.older.find((each) => each.column === column)?.given ?? one;
    return [...new Set([given, canonicalId(given), given.normalize('NFD')])];
  };
  const people = formsOf('person_id', row.personId);
  const held: { sampleId: string; personId: string; stands: boolean }[] = [];
  for (const sampleId of formsOf('sample_id', row.sampleId)) {
    const { state } = await load(store, sampleDecider, sampleStream(sampleId));
    for (const personId of people) {
      const stands = standingIn(state, wordKey(personId, row.disease));
      if (stands !== undefined) held.push({ sampleId, personId, stands });
    }
  }
  const found = held.find(({ stands }) => stands) ?? held[0];
  if (found) return { row: { ...row, sampleId: found.sampleId, personId: found.personId } };
  const complaints = row.older.flatMap(({ complaint }) => complaint ?? []);
  return complaints.length > 0 ? { complaints } : { row };
}

/** Whether a result stands, was retracted, or never was. */
function standingIn({ words, held }: SampleState, key: string): boolean | undefined {
  const word = words.get(key);
  return word === undefined && !held.has(key) ? undefined : held.has(key) || word?.result !== null;
}
