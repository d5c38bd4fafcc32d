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

/** What laboratories say of the result of a sample. */
export const STATEMENTS = eventSet(TestResultReported, TestResultCorrected, TestResultRetracted);
export type Statement = EventIn<typeof STATEMENTS>;

/** What a sample says of a person and a disease, by one of the person's records. */
export interface Verdict {
  /** Undefined once it is retracted. */
  result: TestResult | undefined;
  /** The event that says so. */
  last: RecordedEvent<Statement>;
}

/**
 * The last word on a disease about each of these records, in their order, of those who hold a laboratory's right; records
 * of which they said nothing are left out.
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

/** Whether a result says of this one person that they are infected; a pool says so of nobody in it. */
export function isPositive(result: TestResult | undefined): result is TestResult {
  return result?.result === 'positive' && result.poolSize === 1;
}
