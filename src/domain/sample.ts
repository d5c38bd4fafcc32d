import type { Decider } from './decider.js';
import type { SampleEvent, TestResult } from './events.js';

export type SampleCommand = (
  { type: 'ReportResult'; data: TestResult } | { type: 'RetractResult'; data: Retraction }
) & {
  /** Goes back on purpose: what was stated before is stated anew, where it is not what holds. */
  deliberate?: boolean;
};

type Retraction = Extract<SampleEvent, { type: 'TestResultRetracted' }>['data'];

export interface SampleState {
  collected: boolean;
  /** The result that holds for each person of the tube; null once retracted. */
  results: ReadonlyMap<string, TestResult | null>;
  /** All that was ever stated of anybody. */
  stated: ReadonlySet<string>;
}

/**
 * One tube: a result for a person not heard of is reported, another value corrects it. What was stated before is a
 * repeat, also when another was stated in between: a sheet with a result and its correction may be sent again.
 */
export const sampleDecider: Decider<SampleCommand, SampleEvent, SampleState> = {
  initialState: { collected: false, results: new Map(), stated: new Set() },

  decide(command, state) {
    const { personId } = command.data;
    const known = state.results.get(personId);
    if (command.type === 'RetractResult') {
      const repeated = !command.deliberate && state.stated.has(retractionText(command.data));
      return known && !repeated ? [{ type: 'TestResultRetracted', data: command.data }] : [];
    }
    const { sampleId, disease, collectedAt, poolSize } = command.data;
    const text = resultText(command.data);
    if (command.deliberate ? known && resultText(known) === text : state.stated.has(text)) return [];
    const events: SampleEvent[] = [];
    if (!state.collected) {
      events.push({ type: 'SampleCollected', data: { sampleId, disease, collectedAt, poolSize } });
    }
    // A retracted result that is stated again is a correction too: the sample has a history.
    events.push({ type: known === undefined ? 'TestResultReported' : 'TestResultCorrected', data: command.data });
    return events;
  },

  evolve(state, event) {
    if (event.type === 'SampleCollected') return { ...state, collected: true };
    const retracted = event.type === 'TestResultRetracted';
    return {
      ...state,
      results: new Map(state.results).set(event.data.personId, retracted ? null : event.data),
      stated: new Set(state.stated).add(retracted ? retractionText(event.data) : resultText(event.data)),
    };
  },
};

/** A statement with all its facts, as text that only an identical one has. */
function resultText(stated: TestResult): string {
  return JSON.stringify([
    stated.personId,
    stated.disease,
    stated.result,
    stated.collectedAt,
    stated.reportedAt,
    stated.poolSize,
    stated.onsetAt,
    stated.infectiousFrom,
    stated.infectiousUntil,
    stated.rashAt,
    stated.method,
    stated.ct,
  ]);
}

function retractionText({ personId, disease, reportedAt }: Retraction): string {
  return JSON.stringify([personId, disease, 'retracted', reportedAt]);
}
