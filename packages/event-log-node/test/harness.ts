import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accessFolderOf } from '../src/event-log-access.js';
import { frameData, frameId, frameType, type ProposedEvent } from '../src/format/event-frame.js';
import { ANY } from '../src/format/requests.js';
import { AllBackwards, AllForwards, StreamBackwards, StreamForwards, type FrameSink } from '../src/store/cursors.js';
import type { Filter } from '../src/store/filter.js';
import { eventBytes, type Outcome } from '../src/store/outcome.js';
import type { Store } from '../src/store/store.js';

export interface Got {
  id: string;
  type: string;
  data: string;
  position: number;
}

export const idOf = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

export function proposed(id: string, type = 'E', data = '{}'): ProposedEvent {
  return {
    id,
    type: Buffer.from(type),
    contentType: Buffer.from('application/json'),
    metadata: Buffer.alloc(0),
    data: Buffer.from(data),
  };
}

export const append = (store: Store, stream: string, events: ProposedEvent[], expected = ANY): Promise<Outcome> =>
  new Promise((done) => {
    const bytes = events.reduce((sum, event) => sum + eventBytes(event), 0);
    store.write({
      kind: 'append',
      streamName: Buffer.from(stream),
      expected,
      deadlineMs: Infinity,
      events,
      bytes,
      done,
    });
  });

export const remove = (store: Store, kind: 'delete' | 'tombstone', stream: string, expected = ANY): Promise<Outcome> =>
  new Promise((done) => {
    store.write({ kind, streamName: Buffer.from(stream), expected, deadlineMs: Infinity, done });
  });

class Collector implements FrameSink {
  readonly got: Got[] = [];
  private inStep = 0;

  /** @param stepSize after this many events a step is cut short, as with a slow caller. */
  constructor(private readonly stepSize: number) {}

  add(bytes: Buffer, start: number, end: number, position: number): void {
    this.inStep++;
    const frame = Buffer.from(bytes.subarray(start, end));
    const [id, type, data] = [frameId(frame, 0), frameType(frame, 0).toString(), frameData(frame, 0).toString()];
    this.got.push({ id, type, data, position });
  }

  get isFull(): boolean {
    return this.inStep >= this.stepSize;
  }

  drain(cursor: { step(sink: FrameSink): boolean }): Got[] {
    while (cursor.step(this)) this.inStep = 0;
    return this.got;
  }
}

export const readAll = (store: Store, from = 0, filter?: Filter, stepSize = 7): Got[] =>
  new Collector(stepSize).drain(new AllForwards(store, from, filter));
export const readAllBackwards = (store: Store, before = Infinity, filter?: Filter, stepSize = 7): Got[] =>
  new Collector(stepSize).drain(new AllBackwards(store, before, filter));
export const readStream = (store: Store, name: string, from = 0, stepSize = 7): Got[] =>
  new Collector(stepSize).drain(new StreamForwards(store, name, from));
export const readStreamBackwards = (store: Store, name: string, from = Infinity, stepSize = 7): Got[] =>
  new Collector(stepSize).drain(new StreamBackwards(store, name, from));

/** Runs `work` with a new folder, which is removed afterwards. */
export async function inFolder<T>(work: (dir: string) => Promise<T>): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), 'truyvet-log-'));
  try {
    return await work(dir);
  } finally {
    for (const folder of [dir, accessFolderOf(dir)]) rmSync(folder, { recursive: true, force: true });
  }
}
