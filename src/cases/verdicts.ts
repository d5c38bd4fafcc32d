import type { TestResult } from '../event-log/events.js';
import { statementOf, wordAfter, type Word } from '../samples/sample.js';
import type { EventStore, RecordedEvent } from '../event-log/event-store.js';

type ResultEvent = Extract<
  RecordedEvent,
  { type: 'TestResultReported' | 'TestResultCorrected' | 'TestResultRetracted' }
>;

/** What a sample says of a person and a disease, by one of the person's records. */
export interface Verdict {
  /** Undefined once it is retracted. */
  result: TestResult | undefined;
  /** The event that says so. */
  last: ResultEvent;
}

/**
 * The last word on a disease about each of these records, in their order, of those who hold a laboratory's right; records
 * of which they said nothing are left out.
 */
export async function verdictsOf(
  store: EventStore,
  stream: string,
  records: readonly string[],
  disease: string,
): Promise<Verdict[]> {
  const words = new Map<string, { word: Word; last: ResultEvent }>();
  const stated = new Set<string>();
  for await (const event of store.read(stream)) {
    if (!isResult(event) || event.data.disease !== disease || !event.provenance.laboratory) continue;
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

export function isResult(event: RecordedEvent): event is ResultEvent {
  return (
    event.type === 'TestResultReported' || event.type === 'TestResultCorrected' || event.type === 'TestResultRetracted'
  );
}

/** Whether a result says of this one person that they are infected; a pool says so of nobody in it. */
export function isPositive(result: TestResult | undefined): result is TestResult {
  return result?.result === 'positive' && result.poolSize === 1;
}
