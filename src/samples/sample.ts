import type { HeldResultSettled, SampleEvent, TestResult } from './events.js';
import type { Decider, Decision } from '../kernel/decider.js';
import { refused } from '../kernel/errors.js';
import { RESULT_NOT_HELD, SEVERAL_RESULTS_HELD } from './problems.js';
import { readInstant, type Instant } from '../kernel/instant.js';

export type SampleCommand = StateResult | SettleHeld;

export type StateResult =
  /** A result with doubts is held until a person reviews it. */
  ({ type: 'ReportResult'; data: TestResult; doubts?: string[] } | { type: 'RetractResult'; data: Retraction }) & {
    /** Deliberately restates an earlier statement that no longer holds. */
    deliberate?: boolean;
  };
/** The decision of a person on a held result. */
export interface SettleHeld {
  type: 'SettleHeld';
  /** Person and disease may be left out where only one result of the sample waits. */
  data: Omit<HeldResultSettled['data'], 'personId' | 'disease'> & {
    personId?: string | undefined;
    disease?: string | undefined;
  };
}

type Retraction = Extract<SampleEvent, { type: 'TestResultRetracted' }>['data'];
export type ResultEvent = Extract<
  SampleEvent,
  { type: 'TestResultReported' | 'TestResultCorrected' | 'TestResultRetracted' }
>;

/** The latest statement of a laboratory on one person of the tube and one disease. */
export interface Word {
  /** Null once the result is retracted. */
  result: TestResult | null;
  /**
   * When it was reported. For an earlier statement that was deliberately restated, not before the one that it replaced.
   */
  asOf: Instant;
  /** The statement as text, as `statementOf` writes it. */
  statement: string;
}

export interface SampleState {
  collected: boolean;
  /** By person and disease, as `wordKey` names them. */
  words: ReadonlyMap<string, Word>;
  /** Every statement ever made on this tube. */
  stated: ReadonlySet<string>;
  /** Held results, by person and disease. */
  held: ReadonlyMap<string, TestResult>;
}

/**
 * One tube. A result belongs to a person and a disease: one for another disease is another result, whatever the tube
 * was first tested for. Of all statements, the last by `reportedAt` holds, whatever order they arrive in; of two
 * reported at the same moment, the one that arrived later. A repeated statement appends nothing, so that a sheet with a
 * result and its correction may be sent again; a statement that is deliberately restated holds from then on.
 */
export const sampleDecider: Decider<SampleCommand, SampleEvent, SampleState> = {
  initialState: { collected: false, words: new Map(), stated: new Set(), held: new Map() },

  decide(command, state) {
    if (command.type === 'SettleHeld') return settle(command, state);
    const { personId, disease } = command.data;
    const key = wordKey(personId, disease);
    const known = state.words.get(key);
    const held = state.held.get(key);
    const text = statementOf(eventOf(command));
    if (command.deliberate ? known?.statement === text || isHeld(text, held) : state.stated.has(text)) return [];
    // This also applies where nothing was reported: an older report that arrives late is then ignored.
    if (command.type === 'RetractResult') return [{ type: 'TestResultRetracted', data: command.data }];
    const { sampleId, collectedAt, poolSize } = command.data;
    const events: SampleEvent[] = [];
    if (!state.collected) {
      events.push({ type: 'SampleCollected', data: { sampleId, disease, collectedAt, poolSize } });
    }
    // A result that would change nothing anyway need not be reviewed.
    const late = known !== undefined && readInstant(command.data.reportedAt) < known.asOf;
    const doubts = late ? [] : (command.doubts ?? []);
    events.push(
      doubts.length > 0 ? { type: 'ResultHeld', data: { ...command.data, doubts } } : reported(command.data, known),
    );
    return events;
  },

  evolve(state, event) {
    if (event.type === 'SampleCollected') return { ...state, collected: true };
    const key = wordKey(event.data.personId, event.data.disease);
    const held = new Map(state.held);
    if (event.type === 'HeldResultSettled') {
      held.delete(key);
      return { ...state, held };
    }
    if (event.type === 'ResultHeld') {
      const { doubts: _, ...data } = event.data;
      const before = held.get(key);
      // Of two held results, only the one that was reported later can become the current result.
      if (!before || readInstant(before.reportedAt) <= readInstant(data.reportedAt)) held.set(key, data);
      const stated = new Set(state.stated).add(statementOf({ type: 'TestResultReported', data }));
      return { ...state, held, stated };
    }
    const waiting = held.get(key);
    if (waiting && readInstant(waiting.reportedAt) <= readInstant(event.data.reportedAt)) held.delete(key);
    const text = statementOf(event);
    const known = state.words.get(key);
    const word = wordAfter(known, event, state.stated.has(text) && !isHeld(text, waiting));
    return {
      ...state,
      words: word === known ? state.words : new Map(state.words).set(key, word),
      held,
      stated: new Set(state.stated).add(text),
    };
  },
};

function settle({ data }: SettleHeld, { held, words }: SampleState): Decision<SampleEvent> {
  const { sampleId, outcome, reason } = data;
  const waiting = [...held.values()].filter(
    (each) => (data.personId ?? each.personId) === each.personId && (data.disease ?? each.disease) === each.disease,
  );
  const [one, ...others] = waiting;
  if (!one) return refused(RESULT_NOT_HELD, `No such result of ${sampleId} waits for review.`);
  if (others.length > 0) {
    const all = waiting.map((each) => `${each.personId} (${each.disease})`).join(', ');
    return refused(SEVERAL_RESULTS_HELD, `Several results of ${sampleId} wait: ${all}.`);
  }
  const { personId, disease } = one;
  const settled: SampleEvent = { type: 'HeldResultSettled', data: { sampleId, personId, disease, outcome, reason } };
  return outcome === 'refused' ? [settled] : [reported(one, words.get(wordKey(personId, disease))), settled];
}

export function wordKey(personId: string, disease: string): string {
  return JSON.stringify([personId, disease]);
}

/**
 * Returns the statement that holds after this event.
 * @param repeated whether the same was stated before: a repetition in the log is always deliberate.
 */
export function wordAfter(known: Word | undefined, event: ResultEvent, repeated: boolean): Word {
  const reportedAt = readInstant(event.data.reportedAt);
  if (known && reportedAt < known.asOf && !repeated) return known;
  const result = event.type === 'TestResultRetracted' ? null : event.data;
  return { result, asOf: Math.max(reportedAt, known?.asOf ?? reportedAt), statement: statementOf(event) };
}

/** A retracted result that is restated is a correction too, because the sample has a history. */
function reported(data: TestResult, known: Word | undefined): SampleEvent {
  return { type: known === undefined ? 'TestResultReported' : 'TestResultCorrected', data };
}

function isHeld(statement: string, held: TestResult | undefined): boolean {
  return held !== undefined && statementOf({ type: 'TestResultReported', data: held }) === statement;
}

/** Whether the statement of a command holds for its tube, or is held for review. */
export function standingOf(command: StateResult, { words, held }: SampleState): 'holds' | 'held' | 'otherwise' {
  const key = wordKey(command.data.personId, command.data.disease);
  const word = words.get(key);
  if (isHeld(statementOf(eventOf(command)), held.get(key))) return 'held';
  // Retractions may differ in their time of report; any of them will do.
  if (command.type === 'RetractResult' && word?.result === null) return 'holds';
  return word?.statement === statementOf(eventOf(command)) ? 'holds' : 'otherwise';
}

/** Whether a retraction retracts nothing known: its tube has, and had, no result for the person and the disease. */
export function isOfNothing(command: StateResult, { collected, words, held }: SampleState): boolean {
  const key = wordKey(command.data.personId, command.data.disease);
  return command.type === 'RetractResult' && !held.has(key) && !(collected && words.has(key));
}

export function isStated(command: StateResult, state: SampleState): boolean {
  return state.stated.has(statementOf(eventOf(command)));
}

/** Writes a statement with all its facts as text; only identical statements have the same text. */
export function statementOf(event: ResultEvent): string {
  if (event.type === 'TestResultRetracted') {
    const { personId, disease, reportedAt } = event.data;
    return JSON.stringify([personId, disease, 'retracted', reportedAt]);
  }
  const stated = event.data;
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

function eventOf(command: StateResult): ResultEvent {
  return command.type === 'RetractResult'
    ? { type: 'TestResultRetracted', data: command.data }
    : { type: 'TestResultReported', data: command.data };
}
