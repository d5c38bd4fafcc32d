import type { Event, EventSet } from './event.js';

/** One stream of the log, and the types of events that it holds. */
export interface Stream<E extends Event = Event> {
  readonly name: string;
  readonly events: EventSet<E>;
}

/** All streams of a kind. Call it with what distinguishes a stream, such as an id, to get that stream. */
export interface StreamFamily<Args extends readonly unknown[] = readonly never[], E extends Event = Event> {
  (...args: Args): Stream<E>;
  /** The pattern of their names, such as `person-<personId>`, for the page that lists them. */
  readonly pattern: string;
  readonly events: EventSet<E>;
}

interface Described<Args extends readonly unknown[], E extends Event> {
  pattern: string;
  name: (...args: Args) => string;
  events: EventSet<E>;
}

export function defineStream<Args extends readonly unknown[], E extends Event>({
  pattern,
  name,
  events,
}: Described<Args, E>): StreamFamily<Args, E> {
  return Object.assign((...args: Args) => ({ name: name(...args), events }), { pattern, events });
}
