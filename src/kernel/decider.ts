import type { Actor } from './actor.js';
/**
 * A decider has two pure functions and the state before any event. `decide` turns a command and a state into events;
 * `evolve` applies an event to a state. Neither reads a clock, a random number or a store.
 */
export interface Decider<Command, Event, State> {
  readonly initialState: State;
  /** The events that follow from a command; empty when it changes nothing. */
  decide(command: Command, state: State): Event[];
  /** @param by who did it, if known. */
  evolve(state: State, event: Event, by?: Actor): State;
}

/** The state after a history. @param by who did all of it. */
export function fold<Command, Event, State>(
  decider: Decider<Command, Event, State>,
  history: Iterable<Event>,
  by?: Actor,
): State {
  let state = decider.initialState;
  for (const event of history) state = decider.evolve(state, event, by);
  return state;
}
