import type { Redis } from 'ioredis';
import { comparePositions, type UnreadableEvent } from './event-store.js';
import { CheckpointsLost } from './checkpoints-lost.js';

/** An event that a reader could not handle. Its consequences are missing until a retry succeeds. */
export interface AsideNote {
  /** The event's id. */
  id: string;
  type: string;
  stream: string;
  revision: number;
  /** Position in the log. */
  commit: string;
  prepare: string;
  /** Why, as a sentence without personal data. */
  reason: string;
  tries: number;
  /** When it was tried last, as an ISO instant. */
  triedAt: string;
  /** A retry was requested. */
  retry: boolean;
}

/**
 * The events that readers set aside. They are kept beside the readers' checkpoints, so that both are lost together, and
 * then the readers read everything again.
 */
export interface AsideNotes {
  /** A reader's notes, in the order of the log. */
  load(reader: string): Promise<AsideNote[]>;
  /**
   * Stores a note before the reader's checkpoint passes the event. An existing note stays as it is: two workers may
   * find the same event, and the first reason and a request for a retry must not be lost.
   * @throws CheckpointsLost
   */
  note(reader: string, note: AsideNote): Promise<void>;
  /** Replaces a note after a retry. @throws CheckpointsLost */
  noteAgain(reader: string, note: AsideNote): Promise<void>;
  remove(reader: string, id: string): Promise<void>;
}

/** The commit position of the first event that is set aside, by type. */
export function firstByType(notes: readonly Pick<AsideNote, 'type' | 'commit'>[]): Map<string, number> {
  const first = new Map<string, number>();
  for (const { type, commit } of notes) {
    const position = Number(commit);
    first.set(type, Math.min(position, first.get(type) ?? position));
  }
  return first;
}

const REASON_LENGTH = 500;

export function asideNote(
  { id, type, stream, revision, position }: Omit<UnreadableEvent, 'reason'>,
  reason: string,
  tries: number,
): AsideNote {
  return {
    ...{ id, type, stream, revision, tries },
    ...{ commit: position.commit.toString(), prepare: position.prepare.toString() },
    reason: reason.replace(/\s+/g, ' ').slice(0, REASON_LENGTH),
    triedAt: new Date().toISOString(),
    retry: false,
  };
}

/** The note after another failed try. */
export function triedAgain<Note extends AsideNote>(note: Note, reason: string): Note {
  const position = positionOf(note);
  return { ...note, ...asideNote({ ...note, position }, reason, note.tries + 1) };
}

export function inOrderOfLog(one: AsideNote, other: AsideNote): number {
  return comparePositions(positionOf(one), positionOf(other)) || one.revision - other.revision;
}

const positionOf = ({ commit, prepare }: AsideNote) => ({ commit: BigInt(commit), prepare: BigInt(prepare) });

/** KEYS: generation, notes. ARGV: the reader's generation, the event's id, the note, HSET or HSETNX. */
const NOTE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call(ARGV[4], KEYS[2], ARGV[2], ARGV[3])
return 1`;

/** KEYS: notes. ARGV: a commit position or an empty text. Marks the notes at that position, or all, for a retry. */
const RETRY = `
local asked = 0
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local note = cjson.decode(all[i + 1])
  if ARGV[1] == '' or note.commit == ARGV[1] then
    note.retry = true
    redis.call('HSET', KEYS[1], all[i], cjson.encode(note))
    asked = asked + 1
  end
end
return asked`;

export class RedisAsideNotes implements AsideNotes {
  /** The generation of Redis when each reader loaded its notes. */
  readonly #generations = new Map<string, string | null>();

  /** @param key the key of a name in this installation's part of Redis. */
  constructor(
    private readonly redis: Redis,
    private readonly key: (name: string) => string,
  ) {}

  async load(reader: string): Promise<AsideNote[]> {
    const [generation, all] = await Promise.all([
      this.redis.get(this.key('generation')),
      this.redis.hvals(this.#of(reader)),
      this.redis.sadd(this.#readers, reader),
    ]);
    this.#generations.set(reader, generation);
    const notes = all.map((text) => JSON.parse(text) as AsideNote);
    return notes.sort(inOrderOfLog);
  }

  note(reader: string, note: AsideNote): Promise<void> {
    return this.#note(reader, note, 'HSETNX');
  }

  noteAgain(reader: string, note: AsideNote): Promise<void> {
    return this.#note(reader, note, 'HSET');
  }

  async #note(reader: string, note: AsideNote, how: 'HSET' | 'HSETNX'): Promise<void> {
    const known = this.#generations.get(reader) ?? '';
    const keys = [this.key('generation'), this.#of(reader)] as const;
    if ((await this.redis.eval(NOTE, 2, ...keys, known, note.id, JSON.stringify(note), how)) !== 1) {
      throw new CheckpointsLost(reader);
    }
  }

  async remove(reader: string, id: string): Promise<void> {
    await this.redis.hdel(this.#of(reader), id);
  }

  /** The names of all readers that have started here, in alphabetical order. */
  async readers(): Promise<string[]> {
    return (await this.redis.smembers(this.#readers)).sort();
  }

  /** Asks the running reader to retry all events, or those at a commit position. @returns how many it will retry. */
  async askForRetry(reader: string, commit?: bigint): Promise<number> {
    return (await this.redis.eval(RETRY, 1, this.#of(reader), commit?.toString() ?? '')) as number;
  }

  /** The number of events that a reader set aside. */
  async count(reader: string): Promise<number> {
    return this.redis.hlen(this.#of(reader));
  }

  get #readers(): string {
    return this.key('aside-readers');
  }

  #of(reader: string): string {
    return this.key(`aside:${reader}`);
  }
}
