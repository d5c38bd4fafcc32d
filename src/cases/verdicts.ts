import {
  TestResultCorrected,
  TestResultReported,
  TestResultRetracted,
  sampleStream,
  statementOf,
  wordAfter,
  type TestResult,
  type Word,
} from '../samples/index.js';
import { eventSet, type EventIn } from '../kernel/event.js';
import type { EventStore, RecordedEvent } from '../event-log/event-store.js';

/** Events by which laboratories report, correct and retract the result of a sample. */
export const STATEMENTS = eventSet(TestResultReported, TestResultCorrected, TestResultRetracted);
export type Statement = EventIn<typeof STATEMENTS>;

/** The result of a sample for one record of a person and one disease. */
export interface Verdict {
  /** Undefined when the result was retracted. */
  result: TestResult | undefined;
  /** The event that this follows from. */
  last: RecordedEvent<Statement>;
}

/**
 * Returns for each of these records, in their order, the latest statement on the disease that came from somebody who
 * may report as a laboratory. Records without such a statement are left out.
 */
export async function verdictsOf(
  store: EventStore,
  sampleId: string,
  records: readonly string[],
  disease: string,
): Promise<Verdict[]> {
  const words = new Map<string, { word: Word; last: RecordedEvent<Statement> }>();
  const stated = new Set<string>();
  for await (const event of store.read(sampleStream(sampleId))) {
    if (!STATEMENTS.includes(event) || event.data.disease !== disease || !event.provenance.laboratory) continue;
    const { personId } = event.data;
    if (!records.includes(personId)) continue;
    const statement = statementOf(event);
    const known = words.get(personId)?.word;
    const word = wordAfter(known, event, stated.has(statement));
    stated.add(statement);
    if (word !== known) words.set(personId, { word, last: event });
  }
  return records.flatMap((record) => {
    const found = words.get(record);
    return found ? [{ result: found.word.result ?? undefined, last: found.last }] : [];
  });
}

/** Whether a result shows that this one person is infected; a positive pool shows it of nobody in the pool. */
export function isPositive(result: TestResult | undefined): result is TestResult {
  return result?.result === 'positive' && result.poolSize === 1;
}
