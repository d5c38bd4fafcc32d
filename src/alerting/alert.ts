import type { AlertEvent, AlertFailed, AlertSent, AlertRequested, MessageKind, WithdrawalFailed } from './events.js';
import { FAILED, keptAs, waitsForMorning, type Failure, type Kept, type WithdrawalFailure } from './failures.js';
import type { MessageContent } from '../delivery/index.js';
import type { Decider } from '../kernel/decider.js';

export type AlertCommand =
  | { type: 'Request'; data: AlertRequested['data'] }
  /** Another alert, with this person and case, asks to rely on this one. */
  | { type: 'Join'; alertId: string; other: string; personId: string; caseId: string }
  | { type: 'Cover'; alertId: string; by: string }
  /** `said` is what the message asked for; null if that is no longer known. */
  | { type: 'MarkSent'; alertId: string; provider: string; reference: string; said: MessageContent | null }
  | { type: 'MarkDelivered'; alertId: string; provider: string }
  | { type: 'MarkUndelivered'; alertId: string; provider: string; detail: string }
  | { type: 'Fail'; data: AlertFailed['data'] }
  /** `uncertain`: also if nobody knows whether the alert's message was sent. */
  | { type: 'Replay'; alertId: string; uncertain: boolean; reason: string }
  /** The person is not a contact any more, or another alert replaces this one. */
  | { type: 'Withdraw'; alertId: string }
  /** Nobody knows whether the message of a withdrawn alert was sent. */
  | { type: 'OweInDoubt'; alertId: string; provider: string }
  /**
   * The reason for waiting no longer exists, such as a person of the phone who had to stay warned: a waiting withdrawal
   * is due.
   */
  | { type: 'ReleaseWithdrawal'; alertId: string }
  | { type: 'HoldWithdrawal'; alertId: string; by: string }
  | { type: 'FailWithdrawal'; data: WithdrawalFailed['data'] }
  | { type: 'MarkWithdrawalSent'; alertId: string; provider: string; reference: string }
  | { type: 'MarkWithdrawalUndelivered'; alertId: string; provider: string; detail: string };

/** The id by which providers know the alert's message, or the message that takes it back. */
export function messageId(alertId: string, kind: MessageKind): string {
  return kind === 'alert' ? alertId : `${alertId}-withdrawal`;
}

/** Replaces the last day while an exposure goes on: days are counted from a last contact yet to come. */
export const OPEN = 'open';

/** What a person has to be notified of, or was notified of. */
export interface Word {
  /** A lower degree asks for more. */
  degree: number;
  /** The last day, such as 2021-08-15, in the installation's time zone; `open`; or null if no day is named. */
  until: string | null;
}

export interface AlertState {
  status: 'unknown' | 'requested' | 'covered' | 'sent' | 'delivered' | 'failed' | 'withdrawn';
  request: AlertRequested['data'] | null;
  /** A message of this alert was sent. */
  told: boolean;
  /** The provider that may have sent the message, which is taken back as if it had; null if there is no such doubt. */
  inDoubt: string | null;
  /** The degree for which the message was written; null until it is sent, or if that was not recorded. */
  said: number | null;
  /** The last day that the message named; null if it named none, or if that was not recorded. */
  saidUntil: string | null;
  /** The cases that the message covered besides the alert's own. */
  saidOf: readonly string[];
  /** Ids of the alerts that relied on this one before it was sent, but for a case that the message did not cover. */
  leftOut: ReadonlySet<string>;
  /** Status of the message that takes back an alert whose message was sent. */
  withdrawal: 'none' | 'owed' | 'held' | 'sent' | 'failed';
  /** Why that message failed. */
  withdrawalFailure: WithdrawalFailure | typeof FAILED.undelivered | null;
  /** The provider that accepted that message. */
  takenBackThrough: string | null;
  coveredBy: string | null;
  failure: Failure | null;
  /** An operator ordered it to be sent again. */
  replayed: boolean;
  /** The person and case of each alert that relies on this one, by alert id. */
  joined: ReadonlyMap<string, { personId: string; caseId: string }>;
}

/**
 * One alert of one person for one case. Each event is recorded once, even if commands are delivered or retried twice.
 */
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
        // A message sent while the alert was being withdrawn is read all the same, so it has to be taken back.
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
        // If the alert was withdrawn meanwhile, but not taken back yet, there is nothing to take back any more.
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
        // Messages have streams of their own; `earlier-notes.ts` reads these events in older alert streams.
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

/** The event that makes a waiting withdrawal due. */
function owed(alertId: string, { inDoubt }: AlertState): AlertEvent {
  return inDoubt === null
    ? { type: 'AlertWithdrawn', data: { alertId, told: true } }
    : { type: 'WithdrawalOwedInDoubt', data: { alertId, provider: inDoubt } };
}

/**
 * Why sending an alert again would be wrong or useless; undefined if it is neither. An alert whose message was sent, or
 * may still be sent, is not sent a second time.
 */
export function keptFromReplay(state: AlertState, options: { uncertain: boolean }): Kept | undefined {
  if (state.status !== 'failed') return 'not failed any more';
  return state.replayed ? 'replayed already' : keptAs(state.failure, options);
}

/** Whether the alert is on its way or has arrived, and nothing took it back. */
function isLive({ status }: AlertState): boolean {
  return status === 'requested' || status === 'sent' || status === 'delivered';
}

/**
 * Whether the phone was notified, or is about to be notified, of what this alert says; the message still counts while
 * its withdrawal is held.
 */
export function stands(state: AlertState): boolean {
  return isLive(state) || (state.status === 'withdrawn' && state.told && state.withdrawal !== 'sent');
}

/**
 * Whether its withdrawal waits for something that may change: a person of the phone has to stay warned, or is a case.
 */
export function mayStillBeTakenBack({ withdrawal, withdrawalFailure }: AlertState): boolean {
  return withdrawal === 'held' || (withdrawal === 'failed' && withdrawalFailure === FAILED.isACase);
}

/**
 * Whether other alerts may rely on this one. If a person becomes a contact again before the message is taken back, the
 * message is true again. But if taking it back failed, nobody can be notified through that phone, unless the withdrawal
 * only waits for another day.
 */
export function canBeReliedOn(state: AlertState): boolean {
  return stands(state) && (state.withdrawal !== 'failed' || waitsForMorning(state.withdrawalFailure));
}

/**
 * The cases that an alert's message covers for the people of its phone, its own included. Once it was sent, these are
 * the cases that it named; before, the cases of all alerts that rely on it by then.
 */
export function speaksOf({ request, told, saidOf, joined }: AlertState): ReadonlySet<string> {
  const others = told ? saidOf : [...joined.values()].map(({ caseId }) => caseId);
  return new Set([...(request ? [request.caseId] : []), ...others]);
}

/** What the receiver certainly knows if one of two messages was sent, and nobody knows which. */
export function lessOf(one: MessageContent, other: MessageContent): MessageContent {
  return {
    degree: Math.max(one.degree, other.degree),
    until: endsEarlier(one.until, other.until) ? one.until : other.until,
    cases: one.cases.filter((caseId) => other.cases.includes(caseId)),
  };
}

/** The level of advice for a degree: the same from degree 3 on. A lower number asks for more. */
export function adviceOf(degree: number): 1 | 2 | 3 {
  return degree <= 1 ? 1 : degree === 2 ? 2 : 3;
}

/**
 * Whether what an alert said, or will say, asks as much of people as needed, and does not name an earlier day. If it
 * named no day, or the day was not recorded, there is none that could be wrong.
 */
export function saysEnough({ said, saidUntil, request }: AlertState, needed: Word): boolean {
  const told = said ?? request?.degree;
  return told !== undefined && adviceOf(told) <= adviceOf(needed.degree) && !endsEarlier(saidUntil, needed.until);
}

function endsEarlier(said: string | null, needed: string | null): boolean {
  if (said === null || needed === null || said === OPEN) return false;
  return needed === OPEN || said < needed;
}
