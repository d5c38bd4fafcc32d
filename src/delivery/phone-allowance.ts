import type { AllowanceEvent } from './events.js';
import type { Decider } from '../kernel/decider.js';

/** What a message told of a contact. */
export interface MessageContent {
  /** A lower one asks for more. */
  degree: number;
  /** The last day, such as 2021-08-15, in the zone of the installation; `open`, or null where no day is named. */
  until: string | null;
  /** Of which it spoke beside the one that it is about. */
  cases: readonly string[];
}

/** A message asks to be one of those that a phone may get on a day. */
export interface AllowanceCommand {
  type: 'Take';
  messageId: string;
  /** What it tells; null of one that tells of no contact. */
  said: MessageContent | null;
  /** So many a day at most. */
  most: number;
}

/** The messages that a phone was allowed on one day, whatever became of them: one that is tried again is the same. */
export type AllowanceState = ReadonlyMap<string, MessageContent | null>;

export const allowanceDecider: Decider<AllowanceCommand, AllowanceEvent, AllowanceState> = {
  initialState: new Map(),

  decide({ messageId, said, most }, allowed) {
    const known = allowed.get(messageId);
    if (known === undefined && allowed.size >= most) return [];
    if (known !== undefined && isSame(known, said)) return [];
    return [{ type: 'PhoneMessageAllowed', data: { messageId, said: said && { ...said, cases: [...said.cases] } } }];
  },

  evolve(allowed, { data: { messageId, said } }) {
    return new Map(allowed).set(messageId, said);
  },
};

function isSame(one: MessageContent | null, other: MessageContent | null): boolean {
  return (
    one?.degree === other?.degree && one?.until === other?.until && one?.cases.join('\n') === other?.cases.join('\n')
  );
}
