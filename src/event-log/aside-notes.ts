import type { Redis } from 'ioredis';
import { comparePositions, type UnreadableEvent } from './event-store.js';
import { CheckpointsLost } from './checkpoints-lost.js';

/** An event from which a reader could not make what follows: until it is tried again, that is lacking. */
export interface AsideNote {
  /** Of the event. */
  id: string;
  type: string;
  stream: string;
  revision: number;
  /** Position in the log. */
  commit: string;
  prepare: string;
  /** Why, in words; no personal data. */
  reason: string;
  tries: number;
  /** When it was tried last; instant as text. */
  triedAt: string;
  /** Somebody wants it tried again. */
  retry: boolean;
}

/** What readers left out, kept beside their checkpoints: whatever loses the one loses the other, and then all is read again. */
export interface AsideNotes {
  /** In the order of the log. */
  load(reader: string): Promise<AsideNote[]>;
  /**
   * Before the reader's checkpoint passes it. One that is there already stays as it is: two workers may find the same, and what
   * the first saw, and whether somebody wants it tried again, is not to be lost.
   * @throws CheckpointsLost
   */
  note(reader: string, note: AsideNote): Promise<void>;
  /** After it was tried again: this note instead of the one before. @throws CheckpointsLost */
  noteAgain(reader: string, note: AsideNote): Promise<void>;
  remove(reader: string, id: string): Promise<void>;
}

/** Of each type of what is set aside, where in the log the first stands. */
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

/** The same once it was tried again, in vain. */
export function triedAgain<Note extends AsideNote>(note: Note, reason: string): Note {
  const position = positionOf(note);
  return { ...note, ...asideNote({ ...note, position }, reason, note.tries + 1) };
}

export function inOrderOfLog(one: AsideNote, other: AsideNote): number {
  return comparePositions(positionOf(one), positionOf(other)) || one.revision - other.revision;
}

const positionOf = ({ commit, prepare }: AsideNote) => ({ commit: BigInt(commit), prepare: BigInt(prepare) });

/** KEYS: generation, notes. ARGV: the generation that the reader knows, the id, the note, HSET or HSETNX. */
const NOTE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call(ARGV[4], KEYS[2], ARGV[2], ARGV[3])
return 1`;

/** KEYS: notes. ARGV: position or an empty text. Sets the mark on all, or on what stands there. */
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
  /** Of each reader, as when it loaded its notes. */
  readonly #generations = new Map<string, string | null>();

  /** @param key names a key of this installation. */
  constructor(
    private readonly redis: Redis,
    private readonly key: (name: string) => string,
  ) {}

  async load(reader: string): Promise<AsideNote[]> {
    const [generation, all] = await Promise.all([
      this.redis.get(this.key('generation')),
      this.redis.hvals(this.#of(reader)),
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

  /** Has the reader that is at work try again: all, or what stands at a commit position. Returns how many it takes in. */
  async askForRetry(reader: string, commit?: bigint): Promise<number> {
    return (await this.redis.eval(RETRY, 1, this.#of(reader), commit?.toString() ?? '')) as number;
  }

  /** How many a reader left out. */
  async count(reader: string): Promise<number> {
    return this.redis.hlen(this.#of(reader));
  }

  #of(reader: string): string {
    return this.key(`aside:${reader}`);
  }
}
