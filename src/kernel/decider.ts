import type { Actor } from './actor.js';
import type { Refused } from './errors.js';

/** The outcome of a command: events, none where it changes nothing, or a refusal that says why and what to do. */
export type Decision<Event> = Event[] | Refused;

/**
 * A decider has two pure functions and the state before any event. `decide` turns a command and a state into events;
 * `evolve` applies an event to a state. Neither reads a clock, a random number or a store.
 */
export interface Decider<Command, Event, State> {
  readonly initialState: State;
  decide(command: Command, state: State): Decision<Event>;
  /** @param by who did it, where that is known. */
  evolve(state: State, event: Event, by?: Actor): State;
}

/** The events of a decision. @throws Refused where it is a refusal */
export function eventsOf<Event>(decision: Decision<Event>): Event[] {
  if (decision instanceof Error) throw decision;
  return decision;
}

/** The state after a history. @param by who did all of it */
export function fold<Command, Event, State>(
  decider: Decider<Command, Event, State>,
  history: Iterable<Event>,
  by?: Actor,
): State {
  let state = decider.initialState;
  for (const event of history) state = decider.evolve(state, event, by);
  return state;
}
