import type { ProposedEvent } from '../format/event-frame.js';

export const MAX_APPEND_BYTES = 1_048_576;

/** What came of an append, a deletion or a tombstone. Positions are those of the last event. */
export type Outcome =
  | { kind: 'done'; revision: number; position: number }
  /** @property actual the stream's last revision, -1 when there is no stream. */
  | { kind: 'wrong-version'; actual: number }
  | { kind: 'stream-deleted' }
  | { kind: 'too-large' }
  | { kind: 'invalid'; message: string }
  | { kind: 'timed-out' }
  | { kind: 'failed'; message: string }
  /** What has to be read to decide is damaged on the disk. */
  | { kind: 'damaged'; message: string };

interface Request {
  streamName: Buffer;
  /** A revision, or NO_STREAM, ANY, STREAM_EXISTS. */
  expected: number;
  deadlineMs: number;
  /** Called once, after what was written is durable. */
  done: (outcome: Outcome) => void;
}

export type WriteRequest =
  | (Request & { kind: 'append'; events: ProposedEvent[]; bytes: number })
  | (Request & { kind: 'delete' })
  | (Request & { kind: 'tombstone' });

/** What an event counts towards the limit of an append: its data, its metadata and its type in UTF-16. */
export const eventBytes = (event: ProposedEvent): number =>
  event.data.length + event.metadata.length + 2 * event.type.length;
