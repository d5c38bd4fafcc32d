import { randomUUID } from 'node:crypto';
import { AllForwards, StreamForwards } from '../store/cursors.js';
import { metastreamOf } from '../store/limits.js';
import type { Store } from '../store/store.js';
import { consumerTooSlow, streamDeleted, unavailable } from './errors.js';
import { EventSink } from './event-sink.js';
import type { Outflow } from './outflow.js';
import { caughtUp, checkpoint, confirmation } from './read-messages.js';
import type { ReadRequest } from './read-request.js';

/**
 * How many bytes of log a live subscriber may fall behind before it is dropped. The node keeps only the subscriber's
 * place in the log and no copy of events. This bound keeps that place inside the part of the log that is in memory
 * anyway.
 */
const LIVE_BUFFER = 8 * 1024 * 1024;

/**
 * One catch-up subscription. It reads the log from its place as fast as its caller takes events. At the end of the
 * log it sends `CaughtUp` and is live from then on. A live one that falls too far behind is dropped; its client
 * subscribes again from its last place.
 */
export class Subscription {
  private readonly sink: EventSink;
  private live = false;
  private considered = 0;
  private place = 0;

  constructor(
    private readonly store: Store,
    private readonly request: ReadRequest,
    private readonly flow: Outflow,
  ) {
    this.sink = new EventSink(flow, store, request);
  }

  async run(): Promise<void> {
    const { store, sink, flow } = this;
    const { stream } = this.request;
    if (stream !== undefined && store.isTombstoned(stream)) {
      flow.fail(streamDeleted(stream));
      return;
    }
    sink.addMessage(confirmation(randomUUID()));
    sink.flush();
    const cursor = stream === undefined ? this.all() : this.stream(stream);
    this.place = store.log.end;
    const unlisten = store.onCommit((streams) => this.committed(streams));
    try {
      while (!flow.isOver) {
        const end = store.log.end;
        if (cursor.step(sink)) {
          await sink.breathe();
          continue;
        }
        this.place = end;
        if (stream !== undefined && store.isTombstoned(stream)) {
          sink.flush();
          flow.fail(streamDeleted(stream));
          return;
        }
        if (!this.live) {
          this.live = true;
          sink.addMessage(caughtUp());
        }
        sink.flush();
        if (store.log.end === end) await flow.pause();
      }
    } finally {
      unlisten();
    }
  }

  private all(): AllForwards {
    const { from, filter, checkpointInterval } = this.request;
    const { log } = this.store;
    // A subscription begins after the position that it names; a read begins at it.
    const first = from === 'start' ? 0 : from === 'end' ? log.end : Math.min(from + 1, log.end);
    if (filter === undefined) return new AllForwards(this.store, first);
    return new AllForwards(this.store, first, filter, (position) => {
      if (++this.considered < checkpointInterval) return;
      this.considered = 0;
      this.sink.addMessage(checkpoint(position));
    });
  }

  private stream(name: string): StreamForwards {
    const { from } = this.request;
    const last = this.store.index.head(name)?.last ?? -1;
    const first = from === 'start' ? 0 : from === 'end' ? last + 1 : from + 1;
    return new StreamForwards(this.store, name, first);
  }

  private committed(streams: Iterable<string>): void {
    const { stream } = this.request;
    if (this.flow.isBlocked) {
      if (this.live && this.store.log.end - this.place > LIVE_BUFFER) this.flow.fail(consumerTooSlow());
      return;
    }
    if (stream === undefined) this.flow.wake();
    else {
      for (const name of streams) {
        // The tombstone of a stream ends its metadata stream too.
        if (name !== stream && metastreamOf(name) !== stream) continue;
        this.flow.wake();
        return;
      }
      this.place = this.store.log.end;
    }
  }

  stop(): void {
    this.flow.fail(unavailable('The event log is stopping.'));
  }
}
