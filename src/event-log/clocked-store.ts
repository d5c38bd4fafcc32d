import type { EventType } from './events.js';
import type { ClockGuard } from './clock-guard.js';
import type {
  Appended,
  Batch,
  EventStore,
  Expected,
  FollowOptions,
  NewEvent,
  Position,
  RecordedEvent,
} from './event-store.js';

/**
 * What the log takes while the clock is in doubt: what settles it, and that no message goes. They are no sign of what time
 * it is, so that a wrong clock does not become right by them.
 */
const TAKEN_ALWAYS: ReadonlySet<string> = new Set<EventType>(['ClockConfirmed', 'AlertingPaused']);

/** Whether events of a type tell nothing of the time, since they are taken whatever the clock says. */
export function isTimeless(type: string): boolean {
  return type !== 'ClockConfirmed' && TAKEN_ALWAYS.has(type);
}

/**
 * The log, which takes nothing new while the clock is in doubt: whatever is stored was decided by the clock, be it a row, a
 * message that is about to go or a task. Everything is read as ever.
 */
export class ClockedStore implements EventStore {
  constructor(
    private readonly store: EventStore,
    private readonly clock: Pick<ClockGuard, 'require'>,
  ) {}

  /** @throws ClockInDoubt beside what the log throws. */
  async append(stream: string, events: readonly NewEvent[], expected: Expected): Promise<Appended> {
    if (!events.every(({ event }) => TAKEN_ALWAYS.has(event.type))) await this.clock.require();
    return this.store.append(stream, events, expected);
  }

  read(stream: string, from?: number): AsyncIterable<RecordedEvent> {
    return this.store.read(stream, from);
  }

  isBehind(position: Position | undefined, types: readonly EventType[]): Promise<boolean> {
    return this.store.isBehind(position, types);
  }

  follow(options: FollowOptions): AsyncIterable<Batch> {
    return this.store.follow(options);
  }

  close(): Promise<void> {
    return this.store.close();
  }
}
