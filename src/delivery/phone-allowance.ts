import type { AllowanceEvent } from './events.js';
import type { Decider } from '../kernel/decider.js';

/** What a message told a contact. */
export interface MessageContent {
  /** A lower degree asks for more. */
  degree: number;
  /** The last day, such as 2021-08-15, in the installation's time zone; `open`; or null if no day is named. */
  until: string | null;
  /** The cases that it covered besides the one that it is about. */
  cases: readonly string[];
}

/** A message asks to be one of those that a phone may get on a day. */
export interface AllowanceCommand {
  type: 'Take';
  messageId: string;
  /** What it tells a contact; null if it tells no contact anything. */
  said: MessageContent | null;
  /** The most messages a day. */
  most: number;
}

/**
 * The messages that were allowed for a phone on one day, by id, whatever their outcome: a repeated try is the same
 * message.
 */
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
