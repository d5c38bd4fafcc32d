import { RedisAsideNotes, type AsideNote } from '../event-log/aside-notes.js';
import type { Queues } from './queues.js';

/** An event that a reader of the log other than the projector set aside. */
export interface LeftOutByReader extends AsideNote {
  /** The reader's name, such as touched-cases. */
  reader: string;
}

/** Where the readers keep their notes. */
type Kept = Pick<Queues, 'redis' | 'key'>;

const notesOf = (queues: Kept) => new RedisAsideNotes(queues.redis, (name) => queues.key(name));

/** The events set aside by all readers of the log except the projector. */
export async function leftOutByReaders(queues: Queues): Promise<LeftOutByReader[]> {
  const notes = notesOf(queues);
  const found = await Promise.all(
    (await notes.readers()).map(async (name) => (await notes.load(name)).map((note) => ({ reader: name, ...note }))),
  );
  return found.flat();
}

/** The states of a connection in which a command would wait until Redis is back. */
const AWAY = new Set(['close', 'reconnecting', 'end']);

/** The number of these events, by reader. @throws Error while Redis is unavailable, instead of waiting for it. */
export async function countLeftOut(queues: Kept): Promise<Map<string, number>> {
  if (AWAY.has(queues.redis.status)) throw new Error('Redis is unavailable');
  const notes = notesOf(queues);
  const counts = await Promise.all(
    (await notes.readers()).map(async (name): Promise<[string, number]> => [name, await notes.count(name)]),
  );
  return new Map(counts);
}

/** The number of these events in all. @throws Error while Redis is unavailable. */
export async function countAllLeftOut(queues: Kept): Promise<number> {
  return [...(await countLeftOut(queues)).values()].reduce((sum, count) => sum + count, 0);
}

/** How often an API process updates the number of events that its answers may lack, in milliseconds. */
const LOOK_EVERY = 2_000;

/** Keeps the number of events that the readers set aside, so that no answer has to query Redis for it. */
export class LeftOutWatch {
  #events = 0;
  readonly #timer: NodeJS.Timeout;

  constructor(private readonly queues: Queues) {
    void this.#look();
    this.#timer = setInterval(() => void this.#look(), LOOK_EVERY);
    this.#timer.unref();
  }

  /** The last known number; it stays the same while Redis is unavailable. */
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

/** Asks the running workers to retry all these events, or those at a commit position. @returns how many events. */
export async function askReadersForRetry(queues: Queues, commit?: bigint): Promise<number> {
  const notes = notesOf(queues);
  const readers = await notes.readers();
  const asked = await Promise.all(readers.map((name) => notes.askForRetry(name, commit)));
  return asked.reduce((sum, count) => sum + count, 0);
}
