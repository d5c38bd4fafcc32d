import type { ServiceError } from '@grpc/grpc-js';
import type { Writable } from 'node:stream';
import type { FrameBundle } from './frame-bundle.js';

const MOST_UNDERWAY = 2;

/** The part of a streaming gRPC call that a handler needs. */
export type OutgoingCall = Pick<Writable, 'write' | 'end' | 'emit' | 'on'> & { readonly cancelled: boolean };

/**
 * Sends bundles no faster than the peer takes them. At most two bundles are under way; later events stay in the log.
 */
export class Outflow {
  private underway = 0;
  private waiting: (() => void)[] = [];
  private over = false;

  constructor(private readonly call: OutgoingCall) {
    const stop = (): void => {
      this.over = true;
      this.wake();
    };
    call.on('cancelled', stop);
    call.on('close', stop);
  }

  /** Whether the caller is gone or the call has ended. */
  get isOver(): boolean {
    return this.over || this.call.cancelled;
  }

  get isBlocked(): boolean {
    return this.underway >= MOST_UNDERWAY;
  }

  send(bundle: FrameBundle): void {
    if (bundle.count === 0 || this.isOver) return;
    this.underway++;
    this.call.write(bundle, () => {
      this.underway--;
      this.wake();
    });
  }

  /** Resolves when there is room for one more bundle, or the call is over. */
  async ready(): Promise<void> {
    while (this.isBlocked && !this.isOver) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  /** Wakes waiting handlers. To be called after any change that they wait for. */
  wake(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }

  /** Resolves at the next wake. */
  pause(): Promise<void> {
    return new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  end(): void {
    if (!this.isOver) this.call.end();
    this.over = true;
  }

  fail(error: ServiceError): void {
    if (!this.isOver) this.call.emit('error', error);
    this.over = true;
    this.wake();
  }
}
