import type { ProposedEvent } from '../format/event-frame.js';

export const MAX_APPEND_BYTES = 1_048_576;

/** The outcome of an append, a deletion or a tombstone. Positions are those of the last event. */
export type Outcome =
  | { kind: 'done'; revision: number; position: number }
  /** @property actual the stream's last revision, -1 when there is no stream. */
  | { kind: 'wrong-version'; actual: number }
  | { kind: 'stream-deleted' }
  | { kind: 'too-large' }
  | { kind: 'invalid'; message: string }
  | { kind: 'timed-out' }
  | { kind: 'failed'; message: string }
  /** The disk no longer holds undamaged what has to be read for the decision. */
  | { kind: 'damaged'; message: string };

interface Request {
  streamName: Buffer;
  /** A revision, or NO_STREAM, ANY, STREAM_EXISTS. */
  expected: number;
  deadlineMs: number;
  /** Called once, after the written bytes are durable. */
  done: (outcome: Outcome) => void;
}

export type WriteRequest =
  | (Request & { kind: 'append'; events: ProposedEvent[]; bytes: number })
  | (Request & { kind: 'delete' })
  | (Request & { kind: 'tombstone' });

/** How many bytes of an append's limit an event uses: its data, its metadata, and its type in UTF-16. */
export const eventBytes = (event: ProposedEvent): number =>
  event.data.length + event.metadata.length + 2 * event.type.length;
