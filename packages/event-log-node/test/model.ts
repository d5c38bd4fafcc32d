import { ANY, NO_STREAM, STREAM_EXISTS } from '../src/format/requests.js';

/** The expected behaviour of an event store in the simplest form: arrays in memory, searched from front to back. */

export interface ModelEvent {
  stream: string;
  revision: number;
  id: string;
  type: string;
  data: string;
  erased: boolean;
}

interface ModelStream {
  events: ModelEvent[];
  tombstoned: boolean;
  truncateBefore: number;
  maxCount: number;
}

export type ModelOutcome =
  { kind: 'done'; revision: number } | { kind: 'wrong-version'; actual: number } | { kind: 'stream-deleted' };

const DELETED = Infinity;
const matches = (event: ModelEvent | undefined, id: string): boolean => event?.id === id && !event.erased;

export class Model {
  readonly all: ModelEvent[] = [];
  private readonly streams = new Map<string, ModelStream>();

  private stream(name: string): ModelStream {
    const known = this.streams.get(name);
    if (known) return known;
    const fresh = { events: [], tombstoned: false, truncateBefore: 0, maxCount: Infinity };
    this.streams.set(name, fresh);
    return fresh;
  }

  append(name: string, ids: string[], expected: number, data: string): ModelOutcome {
    const stream = this.stream(name);
    if (stream.tombstoned) return { kind: 'stream-deleted' };
    const last = stream.events.length - 1;
    const deleted = stream.truncateBefore === DELETED && last >= 0;
    const wrong: ModelOutcome = { kind: 'wrong-version', actual: last };
    if (expected === STREAM_EXISTS && (last < 0 || deleted)) return wrong;
    if (expected === ANY || expected === STREAM_EXISTS) {
      const known = ids.map((id) => stream.events.findLast((event) => event.id === id && !event.erased));
      if (known[0]) return known.every(Boolean) ? { kind: 'done', revision: known.at(-1)!.revision } : wrong;
    } else if (!(expected === NO_STREAM && deleted) && expected !== last) {
      const repeated = expected < last && ids.every((id, i) => matches(stream.events[expected + 1 + i], id));
      return repeated ? { kind: 'done', revision: expected + ids.length } : wrong;
    }
    if (deleted) this.setMetadata(name, last + 1, stream.maxCount);
    for (const id of ids) this.push(name, id, 'E', data);
    return { kind: 'done', revision: stream.events.length - 1 };
  }

  private push(name: string, id: string, type: string, data: string): void {
    const { events } = this.stream(name);
    const event = { stream: name, revision: events.length, id, type, data, erased: false };
    events.push(event);
    this.all.push(event);
  }

  setMetadata(name: string, truncateBefore: number, maxCount: number): ModelOutcome {
    const stream = this.stream(name);
    if (stream.tombstoned) return { kind: 'stream-deleted' };
    Object.assign(stream, { truncateBefore, maxCount });
    this.push(`$$${name}`, '', '$metadata', '');
    return { kind: 'done', revision: this.stream(`$$${name}`).events.length - 1 };
  }

  delete(name: string): ModelOutcome {
    const stream = this.stream(name);
    if (stream.tombstoned) return { kind: 'stream-deleted' };
    if (stream.events.length === 0) return { kind: 'wrong-version', actual: -1 };
    this.setMetadata(name, DELETED, stream.maxCount);
    return { kind: 'done', revision: stream.events.length - 1 };
  }

  tombstone(name: string): ModelOutcome {
    const stream = this.stream(name);
    if (stream.tombstoned) return { kind: 'stream-deleted' };
    stream.tombstoned = true;
    this.all.push({ stream: name, revision: -1, id: '', type: '$streamDeleted', data: '', erased: false });
    return { kind: 'done', revision: -1 };
  }

  read(name: string): ModelEvent[] {
    const { events, truncateBefore, maxCount } = this.stream(name);
    const first = Math.max(truncateBefore, events.length - maxCount);
    return events.filter((event) => event.revision >= first);
  }

  /** Erases events that no read of a stream shows any more, and returns how many. */
  scavenge(): number {
    let erased = 0;
    for (const [name, stream] of this.streams) {
      const isMeta = name.startsWith('$$');
      const shown = new Set(stream.tombstoned ? [] : isMeta ? stream.events.slice(-1) : this.read(name));
      for (const event of stream.events) {
        if (shown.has(event) || event.erased) continue;
        event.erased = true;
        erased++;
      }
    }
    return erased;
  }
}
