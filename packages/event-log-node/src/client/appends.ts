import { errorOfAppend, unanswered, unavailable } from './call-errors.js';
import { appendFrame, readAppendAnswer, type ExpectedRevision, type SentEvent } from './append-messages.js';
import type { Call, Connection } from './connection.js';
import type { Members } from './members.js';
import type { LogPosition } from './read-messages.js';

const BATCH_APPEND = '/event_store.client.streams.Streams/BatchAppend';
/** Milliseconds. A server may never answer an append that it got while it lost its leadership or its connection. */
const ANSWER_WITHIN = 20_000;
const LOOK_EVERY = 1_000;
/** Appends are numbered; a number is used again after this many. */
const NUMBERS = 2 ** 47;

interface Done {
  revision: number;
  position: LogPosition | undefined;
}

interface Waiting {
  stream: string;
  /** When it was sent, in milliseconds. */
  since: number;
  resolve(done: Done): void;
  reject(error: Error): void;
}

/** One call of BatchAppend, and the appends on it that wait for their answers. */
class Lane {
  readonly waiting = new Map<number, Waiting>();
  /** Frames of this turn of the event loop: they are written together. */
  #frames: Buffer[] = [];
  #scheduled = false;
  #over: Error | undefined;
  readonly #call: Call;
  readonly #looking: NodeJS.Timeout;

  constructor(connection: Connection, onEnd: (lane: Lane, error: Error) => void) {
    this.#call = connection.call(
      BATCH_APPEND,
      // Only the leader writes: another member would pass the append on, and says instead who leads.
      { 'requires-leader': 'true' },
      {
        message: (bytes) => this.#answer(bytes),
        end: (error = unavailable('the log ended the call')) => {
          onEnd(this, error);
          this.fail(error);
        },
      },
    );
    this.#looking = setInterval(() => this.#look(), LOOK_EVERY).unref();
  }

  send(number: number, frame: Buffer, waiting: Waiting): void {
    if (this.#over) return waiting.reject(this.#over);
    this.waiting.set(number, waiting);
    this.#frames.push(frame);
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(this.#flush);
  }

  /** Lets everything that waits fail. */
  fail(error: Error): void {
    if (this.#over) return;
    this.#over = error;
    clearInterval(this.#looking);
    this.#frames = [];
    this.#call.cancel();
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }

  readonly #flush = (): void => {
    if (this.#over) return;
    const frames = this.#frames;
    this.#frames = [];
    const [first] = frames;
    const all = frames.length === 1 && first ? first : Buffer.concat(frames);
    if (this.#call.write(all)) this.#scheduled = false;
    else this.#call.onDrain(this.#drained);
  };

  readonly #drained = (): void => {
    if (this.#frames.length > 0) this.#flush();
    else this.#scheduled = false;
  };

  #answer(bytes: Buffer): void {
    const { number, done } = readAppendAnswer(bytes);
    const waiting = this.waiting.get(number);
    // A server may answer twice, or after its answer was given up.
    if (!waiting) return;
    this.waiting.delete(number);
    if (!done) {
      waiting.reject(errorOfAppend(bytes, waiting.stream));
      return;
    }
    waiting.resolve(done);
  }

  /** Gives up the appends that wait for too long; they were sent in the order in which they are kept. */
  #look(): void {
    const before = Date.now() - ANSWER_WITHIN;
    for (const [number, { since, reject }] of this.waiting) {
      if (since > before) return;
      this.waiting.delete(number);
      reject(unanswered());
    }
  }
}

/** Appends over one call of BatchAppend at a time, which is made anew after it ended. */
export class Appends {
  #lane: Lane | undefined;
  #opening: Promise<Lane> | undefined;
  #number = 0;
  #closed: Error | undefined;

  /** @param deadline milliseconds after which the server need not write an append any more. */
  constructor(
    private readonly members: Members,
    private readonly deadline: number,
  ) {}

  append(stream: string, expected: ExpectedRevision, events: readonly SentEvent[]): Promise<Done> {
    if (this.#lane) return this.#send(this.#lane, stream, expected, events);
    return this.#open().then((lane) => this.#send(lane, stream, expected, events));
  }

  close(error: Error): void {
    this.#closed = error;
    this.#lane?.fail(error);
    this.#lane = undefined;
  }

  #send(lane: Lane, stream: string, expected: ExpectedRevision, events: readonly SentEvent[]): Promise<Done> {
    if (this.#closed) return Promise.reject(this.#closed);
    const number = (this.#number = (this.#number % NUMBERS) + 1);
    const since = Date.now();
    const frame = appendFrame(number, stream, expected, events, Math.ceil((since + this.deadline) / 1000));
    return new Promise((resolve, reject) => lane.send(number, frame, { stream, since, resolve, reject }));
  }

  #open(): Promise<Lane> {
    return (this.#opening ??= this.members
      .connection('leader')
      .then((connection) => {
        const lane = new Lane(connection, (ended, error) => {
          this.members.ended(connection, error);
          if (this.#lane === ended) this.#lane = undefined;
        });
        this.#lane = lane;
        return lane;
      })
      .finally(() => (this.#opening = undefined)));
  }
}
