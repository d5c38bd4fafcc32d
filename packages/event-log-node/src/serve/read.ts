import type { ServerWritableStream } from '@grpc/grpc-js';
import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import { AllBackwards, AllForwards, StreamBackwards, StreamForwards } from '../store/cursors.js';
import { DamagedLog } from '../store/damage.js';
import { CHAIN_STREAM } from '../store/group.js';
import { InvalidFilterError } from '../store/filter.js';
import { namedDamage } from '../store/named-damage.js';
import type { Store } from '../store/store.js';
import { sendChain } from './chain-stream.js';
import { dataLoss, invalidArgument, streamDeleted } from './errors.js';
import { EventSink } from './event-sink.js';
import { Outflow } from './outflow.js';
import { streamNotFound } from './read-messages.js';
import { readRequestOf, type ReadRequest } from './read-request.js';
import { Subscription } from './subscription.js';
import type { FrameBundle } from './frame-bundle.js';

export type ReadCall = ServerWritableStream<ReadReq, FrameBundle>;

/** The Read method: reads and subscriptions. */
export class Reader {
  private readonly subscriptions = new Set<Subscription>();
  /** Positions of damage that was already reported. */
  private readonly damaged = new Set<number>();

  constructor(
    private readonly store: Store,
    private readonly onError: (error: unknown) => void,
  ) {}

  readonly handle = (call: ReadCall): void => {
    const flow = new Outflow(call);
    let request: ReadRequest;
    try {
      request = readRequestOf(call.request);
    } catch (error) {
      flow.fail(error instanceof InvalidFilterError ? invalidArgument(error.message) : asServiceError(error));
      return;
    }
    const serving = request.count === undefined ? this.follow(request, flow) : this.read(request, request.count, flow);
    serving.catch((error: unknown) => {
      const named = error instanceof DamagedLog ? namedDamage(this.store, error) : error;
      this.report(named);
      flow.fail(asServiceError(named));
    });
  };

  /** Reports each place of damage once, because a reader that meets damage tries again and again. */
  private report(error: unknown): void {
    if (error instanceof DamagedLog) {
      if (this.damaged.has(error.position)) return;
      this.damaged.add(error.position);
    }
    this.onError(error);
  }

  private async read(request: ReadRequest, count: number, flow: Outflow): Promise<void> {
    const { stream } = request;
    const sink = new EventSink(flow, this.store, request, count);
    if (stream === CHAIN_STREAM) {
      sendChain(this.store, request.from, request.backwards, sink);
      sink.flush();
      flow.end();
      return;
    }
    if (stream !== undefined) {
      if (this.store.isTombstoned(stream)) {
        flow.fail(streamDeleted(stream));
        return;
      }
      const head = this.store.index.head(stream);
      if (head === undefined || head.last < 0 || head.limits.deleted) {
        sink.addMessage(streamNotFound(stream));
        sink.flush();
        flow.end();
        return;
      }
    }
    const cursor = this.cursor(request);
    while (!flow.isOver && !sink.isFinished && cursor.step(sink)) await sink.breathe();
    sink.flush();
    flow.end();
  }

  private cursor({ stream, from, backwards, filter }: ReadRequest): { step(sink: EventSink): boolean } {
    const start = from === 'start' ? 0 : from === 'end' ? Infinity : from;
    if (stream === undefined) {
      return backwards
        ? new AllBackwards(this.store, start, filter)
        : new AllForwards(this.store, Math.min(start, this.store.log.end), filter);
    }
    return backwards ? new StreamBackwards(this.store, stream, start) : new StreamForwards(this.store, stream, start);
  }

  private async follow(request: ReadRequest, flow: Outflow): Promise<void> {
    const subscription = new Subscription(this.store, request, flow);
    this.subscriptions.add(subscription);
    try {
      await subscription.run();
    } finally {
      this.subscriptions.delete(subscription);
    }
  }

  /** Ends all subscriptions, so that their callers look for another node. */
  stop(): void {
    for (const subscription of this.subscriptions) subscription.stop();
  }
}

function asServiceError(error: unknown): ReturnType<typeof invalidArgument> {
  if (error instanceof DamagedLog) return dataLoss(error.message);
  return error instanceof Error && 'code' in error && 'metadata' in error
    ? (error as ReturnType<typeof invalidArgument>)
    : invalidArgument(error instanceof Error ? error.message : String(error));
}
