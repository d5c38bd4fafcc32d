import { RedisAsideNotes, type AsideNote } from '../event-log/aside-notes.js';
import type { Queues } from './queues.js';
import { READER_NAMES } from '../event-log/reader-names.js';

/** An event that a reader of the log beside the projector left out. */
export interface LeftOutByReader extends AsideNote {
  /** Who: open-cases, touched-cases or alerts. */
  reader: string;
}

/** Where they keep it. */
type Kept = Pick<Queues, 'redis' | 'key'>;

const notesOf = (queues: Kept) => new RedisAsideNotes(queues.redis, (name) => queues.key(name));

/** What the readers left out from which cases, traces and alerts follow. */
export async function leftOutByReaders(queues: Queues): Promise<LeftOutByReader[]> {
  const notes = notesOf(queues);
  const found = await Promise.all(
    READER_NAMES.map(async (name) => (await notes.load(name)).map((note) => ({ reader: name, ...note }))),
  );
  return found.flat();
}

/** States of a connection in which a question would wait until Redis is back. */
const AWAY = new Set(['close', 'reconnecting', 'end']);

/** How many these are, by reader. @throws Error while Redis is away: nobody waits for it. */
export async function countLeftOut(queues: Kept): Promise<Map<string, number>> {
  if (AWAY.has(queues.redis.status)) throw new Error('Redis is away');
  const notes = notesOf(queues);
  const counts = await Promise.all(
    READER_NAMES.map(async (name): Promise<[string, number]> => [name, await notes.count(name)]),
  );
  return new Map(counts);
}

/** How many these are in all. @throws Error as above. */
export async function countAllLeftOut(queues: Kept): Promise<number> {
  return [...(await countLeftOut(queues)).values()].reduce((sum, count) => sum + count, 0);
}

/** Milliseconds between two looks of an API at what its answers may miss. */
const LOOK_EVERY = 2_000;

/** Knows about how many events the readers left out, so that no answer has to ask for it. */
export class LeftOutWatch {
  #events = 0;
  readonly #timer: NodeJS.Timeout;

  constructor(private readonly queues: Queues) {
    void this.#look();
    this.#timer = setInterval(() => void this.#look(), LOOK_EVERY);
    this.#timer.unref();
  }

  /** As seen last; while Redis is away nobody knows better. */
  get events(): number {
    return this.#events;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    this.#events = await countAllLeftOut(this.queues).catch(() => this.#events);
  }
}

/** Has them tried again by the workers that run: all, or what stands at a commit position. Returns how many. */
export async function askReadersForRetry(queues: Queues, commit?: bigint): Promise<number> {
  const notes = notesOf(queues);
  const asked = await Promise.all(READER_NAMES.map((name) => notes.askForRetry(name, commit)));
  return asked.reduce((sum, count) => sum + count, 0);
}
