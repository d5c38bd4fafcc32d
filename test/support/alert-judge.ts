import type { AlertRound } from './alert-rounds.js';
import type { AcceptedMessage } from '../../packages/message-gateway/test/simulators/http-simulator.mjs';

/** A case that was imported, and whether it was retracted. */
export interface Played {
  round: AlertRound;
  retracted: boolean;
}

/** The messages that gateways accepted for one phone. */
export interface Told {
  warned: number;
  takenBack: number;
  reminded: number;
}

/** Errors that must not happen, with the number of phones affected. */
export const FINE = { lost: 0, twice: 0, notTakenBack: 0, takenBackWrongly: 0, remindedWrongly: 0, strangers: 0 };

/**
 * @param accepted all messages that gateways accepted.
 * @param reminders ids of the messages that are reminders.
 * @param reminding whether everybody who is due a reminder should have got one.
 */
export function judge(
  played: readonly Played[],
  accepted: readonly AcceptedMessage[],
  reminders: ReadonlySet<string> = new Set(),
  reminding = false,
): typeof FINE {
  const wrong = { ...FINE };
  const phones = new Set<string>();
  for (const { round, retracted } of played) {
    for (const [phone, { warned, takenBack, reminded }] of toldOf(round, accepted, reminders)) {
      phones.add(phone);
      if (warned > 1 || takenBack > 1 || reminded > 1) wrong.twice++;
      if (!retracted && warned === 0) wrong.lost++;
      if (!retracted && takenBack > 0) wrong.takenBackWrongly++;
      if (retracted && takenBack < warned) wrong.notTakenBack++;
      const due = reminding && !retracted && round.firstDegree.has(phone);
      if (due && reminded === 0) wrong.lost++;
      if (!due && reminded > 0) wrong.remindedWrongly++;
    }
  }
  wrong.strangers = accepted.filter(({ to }) => !phones.has(to)).length;
  return wrong;
}

/**
 * The number of people who got a withdrawal of a message that was never sent, because its gateway could not be asked.
 */
export function doubted(played: readonly Played[], accepted: readonly AcceptedMessage[]): number {
  return played
    .flatMap(({ round }) => [...toldOf(round, accepted).values()])
    .filter((each) => each.takenBack > each.warned).length;
}

export function isTakingBack(id: string): boolean {
  return id.endsWith('-withdrawal');
}

/** The messages by phone. */
export function toldOf(
  { phones }: AlertRound,
  accepted: readonly AcceptedMessage[],
  reminders: ReadonlySet<string> = new Set(),
): Map<string, Told> {
  const told = new Map([...phones].map((phone) => [phone, { warned: 0, takenBack: 0, reminded: 0 }]));
  for (const { to, id } of accepted) {
    const each = told.get(to);
    if (each) each[reminders.has(id) ? 'reminded' : isTakingBack(id) ? 'takenBack' : 'warned']++;
  }
  return told;
}
