import { sampleStream, type TestResult } from './events.js';
import { sampleDecider, wordKey, type SampleState } from './sample.js';
import { canonicalId } from '../kernel/text.js';
import type { EventStore } from '../event-log/event-store.js';
import { load } from '../event-log/handle.js';
import type { Complaint } from '../requests/refusal.js';
import type { OlderId } from '../intake/remarks.js';

/** A row of results as it was read. */
export interface ResultRow extends Omit<TestResult, 'reportedAt' | 'result'> {
  /** Null where the row has no time of report; it is then taken to be when the sample was taken. */
  reportedAt: string | null;
  result: TestResult['result'] | 'retracted';
  /** Ids that may have another form in the log. */
  older: readonly OlderId[];
}

/**
 * Returns the row with the ids that the log uses for a result of its tube, person and disease: first the ids as given,
 * then their canonical form, then the form with decomposed letters. A result that holds is preferred to a retracted
 * one. Without any match it is a new result.
 * @returns complaints if it is a new result with an id that is not accepted for new results.
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

/** True if a result holds or is held for review, false if it was retracted, undefined if there never was one. */
function standingIn({ words, held }: SampleState, key: string): boolean | undefined {
  const word = words.get(key);
  return word === undefined && !held.has(key) ? undefined : held.has(key) || word?.result !== null;
}
