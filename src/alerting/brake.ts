import type { BrakeEvent, Unlikely } from './events.js';
import type { Decider } from '../kernel/decider.js';
import { refused } from '../kernel/errors.js';
import { ALERTS_NOT_HELD } from './problems.js';

/** What is known about a case whose contacts have to be alerted, and about alerting as it usually is. */
export interface BrakeFacts {
  /** Everyone whom the case alerts, including those it has alerted already. */
  contacts: number;
  /** Those of them who have to be alerted now. */
  now: number;
  /** The places where contacts of degree 1 met the case, with how many contacts and on how many days. */
  places: readonly { placeId: string; contacts: number; days: number; capacity: number | null }[];
  /** The numbers of contacts of recent cases. */
  usual: readonly number[];
  /** Alerts requested in the last 24 hours, and in each 24 hours before that. */
  today: number;
  before: readonly number[];
  /** How often the case was retracted on this day. */
  retracted: number;
  /** How many alerts a day somebody approved within the last 24 hours. */
  approvedToday: number;
}

/**
 * What is likely as long as nobody knows what is usual, and the factor by which the usual may be exceeded afterwards.
 */
export interface BrakeRules {
  contacts: number;
  daily: number;
  times: number;
}

/** With fewer cases, or fewer days with alerts, nobody knows what is usual. */
const ENOUGH_CASES = 20;
const ENOUGH_DAYS = 7;
/** A case that is retracted and confirmed again more often on one day is an error that somebody has to look at. */
const OFTEN_RETRACTED = 2;
/** Up to this number nothing is held, even if little is usual: three times nothing is nothing. */
const NEVER_HELD = 100;

/**
 * Why alerting the contacts of a case is unlikely to be right: it has far more contacts than recent cases had, or than
 * a place holds where it met them; it was retracted too often today; or the day has far more alerts than earlier days.
 */
export function findUnlikely(facts: BrakeFacts, { contacts, daily, times }: BrakeRules): Unlikely[] {
  const found: Unlikely[] = [];
  const note = (rule: Unlikely['rule'], number: number, likely: number, placeId: string | null = null) => {
    if (number > likely) found.push({ rule, number, likely: Math.round(likely), placeId });
  };
  const knowsCases = facts.usual.length >= ENOUGH_CASES;
  const ofCase = knowsCases ? Math.max(NEVER_HELD, times * percentile95(facts.usual)) : contacts;
  note('case', facts.contacts, ofCase);
  for (const place of facts.places) {
    if (place.capacity === null) continue;
    const likely = Math.max(NEVER_HELD, times * place.capacity * place.days);
    note('place', place.contacts, likely, place.placeId);
  }
  note('flips', facts.retracted, OFTEN_RETRACTED);
  const knowsDays = facts.before.filter((requested) => requested > 0).length >= ENOUGH_DAYS;
  const ofDay = knowsDays ? Math.max(NEVER_HELD, times * Math.max(...facts.before)) : daily;
  note('day', facts.today + facts.now, Math.max(ofDay, facts.approvedToday));
  return found;
}

function percentile95(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * 0.95) - 1] ?? 0;
}

export type BrakeCommand =
  /** What was found about the case as it is now. */
  | { type: 'Judge'; caseId: string; contacts: number; unlikely: Unlikely[] }
  | { type: 'Approve'; caseId: string; note: string }
  | { type: 'Refuse'; caseId: string; note: string };

export interface BrakeState {
  status: 'free' | 'held' | 'refused';
  /** The number of contacts when it was held, and why. */
  contacts: number;
  unlikely: readonly Unlikely[];
  /** Up to so many contacts need no further approval. */
  approved: number;
  /** Up to so many retractions on one day need no further approval. */
  flipsApproved: number;
}

/** An approval covers what was shown and as much again, so that a real outbreak goes on without a second one. */
const AS_MUCH_AGAIN = 2;

/** Whether the alerts of one case wait for a person. */
export const brakeDecider: Decider<BrakeCommand, BrakeEvent, BrakeState> = {
  initialState: { status: 'free', contacts: 0, unlikely: [], approved: 0, flipsApproved: 0 },

  decide(command, state) {
    const { caseId } = command;
    if (command.type === 'Judge') {
      const { contacts, unlikely } = command;
      if (state.status === 'refused') return [];
      // An approval of a number of contacts does not cover a case that is retracted and confirmed again and again.
      const flips = flipsOf(unlikely) > state.flipsApproved;
      if (unlikely.length === 0 || (contacts <= state.approved && !flips)) {
        return state.status === 'held' ? [{ type: 'AlertsFreed', data: { caseId, contacts } }] : [];
      }
      const known =
        state.status === 'held' && state.contacts === contacts && flipsOf(state.unlikely) === flipsOf(unlikely);
      return known ? [] : [{ type: 'AlertsHeld', data: { caseId, contacts, unlikely } }];
    }
    if (state.status === 'free') return refused(ALERTS_NOT_HELD, `No alerts of case ${caseId} wait for approval.`);
    const { note } = command;
    const { contacts } = state;
    if (command.type === 'Refuse') {
      if (state.status === 'refused') {
        return refused(ALERTS_NOT_HELD, `The alerts of case ${caseId} were refused already.`);
      }
      return [{ type: 'AlertsRefused', data: { caseId, contacts, note } }];
    }
    const daily = state.unlikely.find(({ rule }) => rule === 'day')?.number ?? 0;
    const upTo = { contacts: contacts * AS_MUCH_AGAIN, daily: daily * AS_MUCH_AGAIN };
    return [{ type: 'AlertsApproved', data: { caseId, contacts, upTo, note } }];
  },

  evolve(state, event) {
    switch (event.type) {
      case 'AlertsHeld': {
        const { contacts, unlikely } = event.data;
        return { ...state, status: 'held', contacts, unlikely };
      }
      case 'AlertsFreed':
        return { ...state, status: 'free', unlikely: [] };
      case 'AlertsApproved':
        return {
          ...state,
          status: 'free',
          unlikely: [],
          approved: event.data.upTo.contacts,
          flipsApproved: Math.max(state.flipsApproved, flipsOf(state.unlikely)),
        };
      case 'AlertsRefused':
        return { ...state, status: 'refused' };
    }
  },
};

function flipsOf(unlikely: readonly Unlikely[]): number {
  return unlikely.find(({ rule }) => rule === 'flips')?.number ?? 0;
}
