import { randomUUID } from 'node:crypto';
import type { Event } from '../kernel/event.js';
import type { Stream } from '../kernel/stream.js';
import { eventsOf, type Decider } from '../kernel/decider.js';
import { WrongRevision, type Appended, type EventStore, type Provenance } from './event-store.js';
import { idOf } from '../kernel/ids.js';

/** A stream as it was read: its state and the revision of its last event, or -1 when it is empty. */
export interface Loaded<State> {
  state: State;
  revision: number;
  /** The stream was not read: it is expected not to exist. */
  unread?: true;
}

/** The state and the revision after the command. */
export interface Handled<State> extends Loaded<State> {
  /** Undefined when the command changed nothing. */
  appended: Appended | undefined;
}

const ATTEMPTS = 10;

/**
 * Loads a stream, decides, and appends at the exact revision; when another writer was faster, again from the start.
 * A repeated command is decided from the state, so it appends nothing.
 * @throws Refused as the decider refuses it.
 * @param command the command, or what makes it of the state.
 * @param read called before each attempt; a caller that knows the stream already need not read it for the first.
 */
export async function handle<Command, E extends Event, State>(
  store: EventStore,
  decider: Decider<Command, E, State>,
  stream: Stream<E>,
  command: Command | ((state: State) => Command | undefined),
  provenance: Provenance,
  read: () => Promise<Loaded<State>> = () => load(store, decider, stream),
): Promise<Handled<State>> {
  const { actor } = provenance;
  const who = actor?.who;
  for (let attempt = 1; ; attempt++) {
    const { state, revision, unread } = await read();
    const asked = typeof command === 'function' ? (command as (state: State) => Command | undefined)(state) : command;
    const events = asked === undefined ? [] : eventsOf(decider.decide(asked, state));
    if (events.length === 0) return { state, revision, appended: undefined };
    const first = revision + 1;
    try {
      const appended = await store.append(
        stream,
        // The id depends on the event's place in the stream, so an append repeated after a lost answer is recognised.
        // If the stream was not read, its first event may be the same as this one, although others came after it: with
        // the same id, the log would take the event for a repetition and answer that it is stored.
        events.map((event, i) => ({
          id: unread
            ? randomUUID()
            : idOf(stream.name, String(first + i), JSON.stringify(event), ...(who === undefined ? [] : [who])),
          event,
          provenance,
        })),
        revision < 0 ? 'no-stream' : revision,
      );
      const after = events.reduce((before, event) => decider.evolve(before, event, actor), state);
      return { state: after, revision: appended.revision, appended };
    } catch (error) {
      if (!(error instanceof WrongRevision) || attempt === ATTEMPTS) throw error;
    }
  }
}

/**
 * The same for a stream that probably does not exist, such as that of a new person in a register: it is read only when
 * it does exist.
 */
export function handleFirst<Command, E extends Event, State>(
  store: EventStore,
  decider: Decider<Command, E, State>,
  stream: Stream<E>,
  command: Command | ((state: State) => Command | undefined),
  provenance: Provenance,
): Promise<Handled<State>> {
  let attempted = false;
  return handle(store, decider, stream, command, provenance, async () => {
    if (attempted) return load(store, decider, stream);
    attempted = true;
    return { state: decider.initialState, revision: -1, unread: true };
  });
}

export async function load<Command, E extends Event, State>(
  store: EventStore,
  decider: Decider<Command, E, State>,
  stream: Stream<E>,
): Promise<Loaded<State>> {
  let state = decider.initialState;
  let revision = -1;
  for await (const event of store.read(stream)) {
    state = decider.evolve(state, event, event.provenance.actor);
    revision = event.revision;
  }
  return { state, revision };
}
