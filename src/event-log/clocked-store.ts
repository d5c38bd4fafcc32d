import type { Event } from '../kernel/event.js';
import type { Stream } from '../kernel/stream.js';
import { ClockConfirmed } from './events.js';
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
 * A log that stores nothing new while the clock is in doubt, because the clock decided about everything that is stored:
 * a row, a message to be sent, a task. Reading works as usual.
 */
export class ClockedStore implements EventStore {
  constructor(
    private readonly store: EventStore,
    private readonly clock: Pick<ClockGuard, 'require'>,
  ) {}

  /** @throws ClockInDoubt, or any error of the log. */
  async append<E extends Event>(
    stream: Stream<E>,
    events: readonly NewEvent<E>[],
    expected: Expected,
  ): Promise<Appended> {
    if (!events.every(({ event }) => isTakenAlways(stream, event))) await this.clock.require();
    return this.store.append(stream, events, expected);
  }

  read<E extends Event>(stream: Stream<E>, from?: number): AsyncIterable<RecordedEvent<E>> {
    return this.store.read(stream, from);
  }

  isBehind(position: Position | undefined, types: readonly string[]): Promise<boolean> {
    return this.store.isBehind(position, types);
  }

  follow<E extends Event>(options: FollowOptions<E>): AsyncIterable<Batch<E>> {
    return this.store.follow(options);
  }

  close(): Promise<void> {
    return this.store.close();
  }
}

/**
 * While the clock is in doubt, the log stores only confirmations of the clock and events that say nothing about the
 * time.
 */
function isTakenAlways({ events }: Stream, { type }: Event): boolean {
  return type === ClockConfirmed.type || events.of(type)?.timeless === true;
}
