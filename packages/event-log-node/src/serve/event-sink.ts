import { FrameBundle } from './frame-bundle.js';
import type { Outflow } from './outflow.js';
import { resolvedLink } from './links.js';
import { withStructuredIds } from './read-messages.js';
import { FRAME_HEADER } from '../format/event-frame.js';
import type { FrameSink } from '../store/cursors.js';
import type { Store } from '../store/store.js';

const BUNDLE_BYTES = 48 * 1024;

/** Gathers the events of one call into bundles and sends them. */
export class EventSink implements FrameSink {
  private bundle = new FrameBundle();

  /** @param left how many more events the caller wants. */
  constructor(
    private readonly flow: Outflow,
    private readonly store: Store,
    private readonly options: { structuredIds: boolean; resolveLinks: boolean },
    private left = Infinity,
  ) {}

  add(bytes: Buffer, start: number, end: number, position: number): void {
    this.left--;
    const { resolveLinks, structuredIds } = this.options;
    const resolved = resolveLinks ? resolvedLink(this.store, bytes, start, position) : undefined;
    if (structuredIds) this.bundle.addMessage(withStructuredIds(resolved ?? bytes.subarray(start + FRAME_HEADER, end)));
    else if (resolved) this.bundle.addMessage(resolved);
    else this.bundle.add(bytes, start, end);
  }

  addMessage(message: Uint8Array): void {
    this.bundle.addMessage(message);
  }

  get isFull(): boolean {
    return this.bundle.length >= BUNDLE_BYTES || this.left <= 0;
  }

  /** Whether the caller has all events that it asked for. */
  get isFinished(): boolean {
    return this.left <= 0;
  }

  flush(): void {
    if (this.bundle.count === 0) return;
    this.flow.send(this.bundle);
    this.bundle = new FrameBundle();
  }

  /** Sends a full bundle, waits until the caller takes more, and lets other work run meanwhile. */
  async breathe(): Promise<void> {
    if (this.isFull) this.flush();
    if (this.flow.isBlocked) await this.flow.ready();
    else await new Promise((resolve) => setImmediate(resolve));
  }
}
