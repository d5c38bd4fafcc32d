import type { TestResult } from '../domain/events.js';
import type { EventStore, RecordedEvent } from '../log/event-store.js';

type ResultEvent = Extract<
  RecordedEvent,
  { type: 'TestResultReported' | 'TestResultCorrected' | 'TestResultRetracted' }
>;

/** What a sample says of a person, by one of the person's records. */
export interface Verdict {
  /** Undefined once it is retracted. */
  result: TestResult | undefined;
  /** Every disease that it ever was a result of. */
  diseases: Set<string>;
  last: ResultEvent;
}

/**
 * What a sample says of each of these records, in their order, by those who hold a laboratory's right; records of
 * which they said nothing are left out.
 */
export async function verdictsOf(store: EventStore, stream: string, records: readonly string[]): Promise<Verdict[]> {
  const verdicts = new Map<string, Verdict>();
  for await (const event of store.read(stream)) {
    if (!isResult(event) || !records.includes(event.data.personId) || !event.provenance.laboratory) continue;
    const { personId, disease } = event.data;
    verdicts.set(personId, {
      result: event.type === 'TestResultRetracted' ? undefined : event.data,
      diseases: (verdicts.get(personId)?.diseases ?? new Set()).add(disease),
      last: event,
    });
  }
  return records.flatMap((record) => verdicts.get(record) ?? []);
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
