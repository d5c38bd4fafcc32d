import {
  LogWire,
  type Following,
  type FollowListener,
  type LogPosition,
  type SentEvent,
  type TypeFilter,
} from '@truyvet/event-log-node/client';
import type { Appended, Expected } from './event-store.js';
import type { StreamEvent, Wire } from './wire.js';

/** A position beyond this stands for none. */
const LAST_POSITION = BigInt(Number.MAX_SAFE_INTEGER);

/** Over HTTP/2 connections of Node's, without the objects of the official client. */
export class OwnWire implements Wire {
  readonly #wire: LogWire;

  constructor(url: string) {
    this.#wire = new LogWire(url);
  }

  async append(stream: string, expected: Expected, events: readonly SentEvent[]): Promise<Appended> {
    const { revision, position } = await this.#wire.append(stream, expected, events);
    return { revision, position: requirePosition(position, stream) };
  }

  async read(stream: string, from: number, count: number): Promise<StreamEvent[]> {
    const events: StreamEvent[] = await this.#wire.read(stream, from, count);
    for (const event of events) if (event.position && event.position.commit > LAST_POSITION) event.position = undefined;
    return events;
  }

  follow(from: LogPosition | undefined, filter: TypeFilter, listener: FollowListener): Following {
    return this.#wire.follow(from, filter, listener);
  }

  close(): void {
    this.#wire.close();
  }
}

/** Only an append of no events has no position, and there are none. */
export function requirePosition(position: LogPosition | undefined, stream: string): LogPosition {
  if (!position) throw new Error(`the log gave no position for an append to ${stream}`);
  return position;
}
