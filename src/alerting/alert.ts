import type { AlertEvent, AlertFailed, AlertSent, AlertRequested, MessageKind, WithdrawalFailed } from './events.js';
import { FAILED, keptAs, waitsForMorning, type Failure, type Kept, type WithdrawalFailure } from './failures.js';
import type { MessageContent } from '../delivery/index.js';
import type { Decider } from '../kernel/decider.js';

export type AlertCommand =
  | { type: 'Request'; data: AlertRequested['data'] }
  /** Another alert, whose person and case are named, asks to rely on this one. */
  | { type: 'Join'; alertId: string; other: string; personId: string; caseId: string }
  | { type: 'Cover'; alertId: string; by: string }
  /** `said` is what the message asked for, null where nobody knows any more. */
  | { type: 'MarkSent'; alertId: string; provider: string; reference: string; said: MessageContent | null }
  | { type: 'MarkDelivered'; alertId: string; provider: string }
  | { type: 'MarkUndelivered'; alertId: string; provider: string; detail: string }
  | { type: 'Fail'; data: AlertFailed['data'] }
  /** `uncertain`: also one of which nobody knows whether its message went. */
  | { type: 'Replay'; alertId: string; uncertain: boolean; reason: string }
  /** The person is no contact any more, or another alert takes the place of this one. */
  | { type: 'Withdraw'; alertId: string }
  /** Of a withdrawn alert nobody can say whether its message went. */
  | { type: 'OweInDoubt'; alertId: string; provider: string }
  /** What kept it is no more, as somebody of the phone who was to be warned: a withdrawal that waits is due. */
  | { type: 'ReleaseWithdrawal'; alertId: string }
  | { type: 'HoldWithdrawal'; alertId: string; by: string }
  | { type: 'FailWithdrawal'; data: WithdrawalFailed['data'] }
  | { type: 'MarkWithdrawalSent'; alertId: string; provider: string; reference: string }
  | { type: 'MarkWithdrawalUndelivered'; alertId: string; provider: string; detail: string };

/** By which providers know the alert's message, or the one that takes it back. */
export function messageId(alertId: string, kind: MessageKind): string {
  return kind === 'alert' ? alertId : `${alertId}-withdrawal`;
}

/** An exposure goes on: days are counted from a last contact yet to come. */
export const OPEN = 'open';

/** What somebody has to be told, or was told. */
export interface Word {
  /** A lower one asks for more. */
  degree: number;
  /** The last day, such as 2021-08-15, in the zone of the installation; `open`, or null where no day is named. */
  until: string | null;
}

export interface AlertState {
  status: 'unknown' | 'requested' | 'covered' | 'sent' | 'delivered' | 'failed' | 'withdrawn';
  request: AlertRequested['data'] | null;
  /** A message of this alert went. */
  told: boolean;
  /** The provider through which a message may have gone that is taken back as if it had; null without that doubt. */
  inDoubt: string | null;
  /** The degree of which the message spoke; null while it has not gone, or where that was not noted. */
  said: number | null;
  /** The last day that it named; null where it named none, or that was not noted. */
  saidUntil: string | null;
  /** The cases of which the message spoke beside the alert's own. */
  saidOf: readonly string[];
  /** Those that relied on it before it went, and are of a case of which it did not speak. */
  leftOut: ReadonlySet<string>;
  /** What became of the message that takes a told alert back. */
  withdrawal: 'none' | 'owed' | 'held' | 'sent' | 'failed';
  /** Why that failed. */
  withdrawalFailure: WithdrawalFailure | typeof FAILED.undelivered | null;
  /** The provider that took it. */
  takenBackThrough: string | null;
  coveredBy: string | null;
  failure: Failure | null;
  /** An operator wants it told again. */
  replayed: boolean;
  /** The alerts that rely on this one, by id: whom they are of. */
  joined: ReadonlyMap<string, { personId: string; caseId: string }>;
}

/** One alert of one person for one case: each thing is said once, whatever is delivered or retried twice. */
export const alertDecider: Decider<AlertCommand, AlertEvent, AlertState> = {
  initialState: {
    status: 'unknown',
    request: null,
    told: false,
    inDoubt: null,
    said: null,
    saidUntil: null,
    saidOf: [],
    leftOut: new Set(),
    withdrawal: 'none',
    withdrawalFailure: null,
    takenBackThrough: null,
    coveredBy: null,
    failure: null,
    replayed: false,
    joined: new Map(),
  },

  decide(command, state) {
    const { status, told, withdrawal } = state;
    switch (command.type) {
      case 'Request':
        return status === 'unknown' ? [{ type: 'AlertRequested', data: command.data }] : [];
      case 'Join': {
        const { alertId, other, personId, caseId } = command;
        return canBeReliedOn(state) && !state.joined.has(other)
          ? [{ type: 'AlertJoined', data: { alertId, other, personId, caseId } }]
          : [];
      }
      case 'Cover':
        return status === 'requested'
          ? [{ type: 'AlertCovered', data: { alertId: command.alertId, by: command.by } }]
          : [];
      case 'MarkSent': {
        const { alertId, provider, reference, said } = command;
        const { degree, until, cases } = said ?? { degree: null, until: null, cases: [] };
        const data = { alertId, provider, reference, degree, until, cases: [...cases] };
        const sent = { type: 'AlertSent' as const, data };
        // A message that went while the alert was being withdrawn was read all the same: it has to be taken back.
        if (status === 'withdrawn' && !told && withdrawal !== 'sent' && state.failure !== FAILED.undelivered) {
          return [sent, { type: 'AlertWithdrawn', data: { alertId, told: true } }];
        }
        return status === 'requested' ? [sent] : [];
      }
      case 'MarkDelivered':
        return status === 'sent'
          ? [{ type: 'AlertDelivered', data: { alertId: command.alertId, provider: command.provider } }]
          : [];
      case 'MarkUndelivered': {
        // One that was withdrawn meanwhile, and is not taken back yet, has nothing to be taken back.
        const pending = status === 'withdrawn' && (withdrawal === 'owed' || withdrawal === 'held');
        const { alertId, provider, detail } = command;
        return status === 'sent' || pending
          ? [{ type: 'AlertUndelivered', data: { alertId, provider, detail, withdrawn: pending } }]
          : [];
      }
      case 'Fail':
        return status === 'requested' ? [{ type: 'AlertFailed', data: command.data }] : [];
      case 'Replay': {
        const { alertId, reason } = command;
        return keptFromReplay(state, command) === undefined
          ? [{ type: 'AlertReplayed', data: { alertId, reason } }]
          : [];
      }
      case 'Withdraw':
        return status === 'unknown' || status === 'withdrawn'
          ? []
          : [{ type: 'AlertWithdrawn', data: { alertId: command.alertId, told } }];
      case 'OweInDoubt':
        return status === 'withdrawn' && !told && withdrawal === 'none' && state.failure !== FAILED.undelivered
          ? [{ type: 'WithdrawalOwedInDoubt', data: { alertId: command.alertId, provider: command.provider } }]
          : [];
      case 'ReleaseWithdrawal':
        return mayStillBeTakenBack(state) || (withdrawal === 'failed' && waitsForMorning(state.withdrawalFailure))
          ? [owed(command.alertId, state)]
          : [];
      case 'HoldWithdrawal':
        return withdrawal === 'owed'
          ? [{ type: 'WithdrawalHeld', data: { alertId: command.alertId, by: command.by } }]
          : [];
      case 'FailWithdrawal':
        return withdrawal === 'owed' ? [{ type: 'WithdrawalFailed', data: command.data }] : [];
      case 'MarkWithdrawalSent': {
        const { alertId, provider, reference } = command;
        return withdrawal === 'owed' || withdrawal === 'held'
          ? [{ type: 'WithdrawalSent', data: { alertId, provider, reference } }]
          : [];
      }
      case 'MarkWithdrawalUndelivered': {
        const { alertId, provider, detail } = command;
        return withdrawal === 'sent' && state.takenBackThrough === provider
          ? [{ type: 'WithdrawalUndelivered', data: { alertId, provider, detail } }]
          : [];
      }
    }
  },

  evolve(state, event) {
    switch (event.type) {
      case 'AlertRequested':
        return { ...state, status: 'requested', request: event.data };
      case 'AlertJoined': {
        const { other, personId, caseId } = event.data;
        const own = state.request?.caseId ?? '';
        return { ...state, joined: new Map(state.joined).set(other, { personId, caseId: caseId ?? own }) };
      }
      case 'AlertCovered':
        return { ...state, status: 'covered', coveredBy: event.data.by };
      case 'MessageHandedOver':
      case 'HandOverEnded':
        // The message's own affair: `earlier-notes.ts` reads what streams of before say of it.
        return state;
      case 'AlertSent':
        return { ...state, status: 'sent', told: true, inDoubt: null, ...saidBy(state, event.data) };
      case 'AlertDelivered':
        return { ...state, status: 'delivered' };
      case 'AlertUndelivered':
        return event.data.withdrawn
          ? { ...state, told: false, inDoubt: null, failure: FAILED.undelivered, withdrawal: 'none' }
          : { ...state, status: 'failed', told: false, failure: FAILED.undelivered };
      case 'AlertFailed':
        return { ...state, status: 'failed', failure: event.data.reason };
      case 'AlertReplayed':
        return { ...state, replayed: true };
      case 'AlertWithdrawn':
        return { ...state, status: 'withdrawn', withdrawal: event.data.told ? 'owed' : state.withdrawal };
      case 'WithdrawalOwedInDoubt':
        return { ...state, inDoubt: event.data.provider, withdrawal: 'owed' };
      case 'WithdrawalSent':
        return { ...state, withdrawal: 'sent', takenBackThrough: event.data.provider };
      case 'WithdrawalHeld':
        return { ...state, withdrawal: 'held' };
      case 'WithdrawalFailed':
        return { ...state, withdrawal: 'failed', withdrawalFailure: event.data.reason };
      case 'WithdrawalUndelivered':
        return { ...state, withdrawal: 'failed', withdrawalFailure: FAILED.undelivered };
    }
  },
};

function saidBy({ request, joined }: AlertState, { degree, until, cases }: AlertSent['data']) {
  const spokenOf = new Set([request?.caseId, ...cases]);
  const leftOut = [...joined].flatMap(([alertId, { caseId }]) => (spokenOf.has(caseId) ? [] : [alertId]));
  return { said: degree, saidUntil: until, saidOf: cases, leftOut: new Set(leftOut) };
}

/** A withdrawal that was held is due. */
function owed(alertId: string, { inDoubt }: AlertState): AlertEvent {
  return inDoubt === null
    ? { type: 'AlertWithdrawn', data: { alertId, told: true } }
    : { type: 'WithdrawalOwedInDoubt', data: { alertId, provider: inDoubt } };
}

/**
 * Why telling an alert again would be wrong or in vain; undefined where it is neither. One whose message went, or may go
 * still, is told no second time.
 */
export function keptFromReplay(state: AlertState, options: { uncertain: boolean }): Kept | undefined {
  if (state.status !== 'failed') return 'not failed any more';
  return state.replayed ? 'replayed already' : keptAs(state.failure, options);
}

/** Whether it is on its way or has arrived, and nothing took it back. */
function isLive({ status }: AlertState): boolean {
  return status === 'requested' || status === 'sent' || status === 'delivered';
}

/** Whether the phone is, or is about to be, told what this alert says; a held withdrawal leaves the message standing. */
export function stands(state: AlertState): boolean {
  return isLive(state) || (state.status === 'withdrawn' && state.told && state.withdrawal !== 'sent');
}

/** Whether taking it back waits for what may change: somebody of the phone is to be warned, or is a case. */
export function mayStillBeTakenBack({ withdrawal, withdrawalFailure }: AlertState): boolean {
  return withdrawal === 'held' || (withdrawal === 'failed' && withdrawalFailure === FAILED.isACase);
}

/**
 * Whether others may rely on what this alert tells. What was told is true again for whoever is a contact again before
 * it was taken back; but a phone at which that failed is one that nobody can be told anything by, unless it only waits
 * for another day.
 */
export function canBeReliedOn(state: AlertState): boolean {
  return stands(state) && (state.withdrawal !== 'failed' || waitsForMorning(state.withdrawalFailure));
}

/**
 * Of which cases a message speaks to the people of its phone: once it went, of those that it named; before, of all whose
 * alerts rely on it by then.
 */
export function speaksOf({ request, told, saidOf, joined }: AlertState): ReadonlySet<string> {
  const others = told ? saidOf : [...joined.values()].map(({ caseId }) => caseId);
  return new Set([...(request ? [request.caseId] : []), ...others]);
}

/** What can be counted on where one of two was said, and nobody knows which. */
export function lessOf(one: MessageContent, other: MessageContent): MessageContent {
  return {
    degree: Math.max(one.degree, other.degree),
    until: endsEarlier(one.until, other.until) ? one.until : other.until,
    cases: one.cases.filter((caseId) => other.cases.includes(caseId)),
  };
}

/** What people are told to do by their degree: the same from 3 on. A lower number asks for more. */
export function adviceOf(degree: number): 1 | 2 | 3 {
  return degree <= 1 ? 1 : degree === 2 ? 2 : 3;
}

/**
 * Whether what an alert said, or is to say, asks as much of people as it has to, and names no earlier day. Where it named
 * none, or nobody noted which, there is none that could be wrong.
 */
export function saysEnough({ said, saidUntil, request }: AlertState, needed: Word): boolean {
  const told = said ?? request?.degree;
  return told !== undefined && adviceOf(told) <= adviceOf(needed.degree) && !endsEarlier(saidUntil, needed.until);
}

function endsEarlier(said: string | null, needed: string | null): boolean {
  if (said === null || needed === null || said === OPEN) return false;
  return needed === OPEN || said < needed;
}
