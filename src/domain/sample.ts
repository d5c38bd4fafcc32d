import type { Decider } from './decider.js';
import type { SampleEvent, TestResult } from './events.js';

export type SampleCommand =
  | { type: 'ReportResult'; data: TestResult }
  | { type: 'RetractResult'; data: { sampleId: string; personId: string; disease: string; reportedAt: string } };

export interface SampleState {
  collected: boolean;
  /** The result that holds for each person of the tube; null once retracted. */
  results: ReadonlyMap<string, TestResult | null>;
}

/** One tube: a result for a person not heard of is reported, another value corrects it, the same is nothing. */
export const sampleDecider: Decider<SampleCommand, SampleEvent, SampleState> = {
  initialState: { collected: false, results: new Map() },

  decide(command, state) {
    const { personId } = command.data;
    const known = state.results.get(personId);
    if (command.type === 'RetractResult') {
      return known ? [{ type: 'TestResultRetracted', data: command.data }] : [];
    }
    const { sampleId, disease, collectedAt, poolSize } = command.data;
    if (known && sameResult(known, command.data)) return [];
    const events: SampleEvent[] = [];
    if (!state.collected) {
      events.push({ type: 'SampleCollected', data: { sampleId, disease, collectedAt, poolSize } });
    }
    // A retracted result that is stated again is a correction too: the sample has a history.
    events.push({ type: known === undefined ? 'TestResultReported' : 'TestResultCorrected', data: command.data });
    return events;
  },

  evolve(state, event) {
    switch (event.type) {
      case 'SampleCollected':
        return { ...state, collected: true };
      case 'TestResultReported':
      case 'TestResultCorrected':
        return { ...state, results: new Map(state.results).set(event.data.personId, event.data) };
      case 'TestResultRetracted':
        return { ...state, results: new Map(state.results).set(event.data.personId, null) };
    }
  },
};

function sameResult(a: TestResult, b: TestResult): boolean {
  return (
    a.result === b.result &&
    a.disease === b.disease &&
    a.collectedAt === b.collectedAt &&
    a.reportedAt === b.reportedAt &&
    a.poolSize === b.poolSize &&
    a.onsetAt === b.onsetAt &&
    a.infectiousFrom === b.infectiousFrom &&
    a.rashAt === b.rashAt &&
    a.infectiousUntil === b.infectiousUntil &&
    a.method === b.method &&
    a.ct === b.ct
  );
}
