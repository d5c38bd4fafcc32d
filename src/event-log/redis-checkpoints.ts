import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { comparePositions, type MarkedEvent, type Position } from './event-store.js';
import { CheckpointsLost } from './checkpoints-lost.js';
import { readMark, writeMark } from './log-mark.js';
import { type Checkpoint, type Checkpoints } from './reactor.js';

/** KEYS: generation, checkpoint, event. ARGV: a new generation for a Redis without one. */
const LOAD = `
local generation = redis.call('GET', KEYS[1])
if not generation then
  generation = ARGV[1]
  redis.call('SET', KEYS[1], generation)
end
return {generation, redis.call('GET', KEYS[2]), redis.call('GET', KEYS[3])}`;

/** KEYS: generation, checkpoint, event. ARGV: the reader's generation, the position, the event or an empty text. */
const SAVE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], ARGV[2])
if ARGV[3] ~= '' then redis.call('SET', KEYS[3], ARGV[3]) end
return 1`;

/**
 * Checkpoints of readers whose jobs are in the same Redis, so that both are lost together. A Redis that was emptied has
 * another generation or none. A reader that continued would never recreate the lost jobs, so its next save fails.
 */
export class RedisCheckpoints implements Checkpoints {
  /** The generation from which each reader loaded its checkpoint. */
  readonly #generations = new Map<string, string>();

  /** @param key the key of a name in this installation's part of Redis. */
  constructor(
    private readonly redis: Redis,
    private readonly key: (name: string) => string,
  ) {}

  async load(name: string): Promise<Checkpoint> {
    const found = await this.redis.eval(LOAD, 3, this.key('generation'), ...this.#keysOf(name), randomUUID());
    const [generation, text, event] = found as [string, string | null, string | null];
    this.#generations.set(name, generation);
    return { position: text === null ? undefined : positionIn(text), given: eventIn(event) };
  }

  /** @throws CheckpointsLost when Redis was emptied since the load. */
  async save(name: string, { commit, prepare }: Position, given?: MarkedEvent): Promise<void> {
    const generation = this.#generations.get(name);
    if (generation === undefined) throw new Error(`the checkpoint ${name} is saved before it was loaded`);
    const saved = await this.redis.eval(
      SAVE,
      3,
      this.key('generation'),
      ...this.#keysOf(name),
      generation,
      `${commit}/${prepare}`,
      given ? writeMark({ event: given }) : '',
    );
    if (saved !== 1) throw new CheckpointsLost(name);
  }

  #keysOf(name: string): [string, string] {
    return [this.key(`checkpoint:${name}`), this.key(givenTo(name))];
  }
}

/** The position of the most advanced reader (undefined while there is none), and the last event of each reader. */
export async function whereReadersStand(
  redis: Redis,
  key: (name: string) => string,
  readers: readonly string[],
): Promise<{ passed: Position | undefined; given: MarkedEvent[] }> {
  const texts = await redis.mget(readers.map((name) => key(`checkpoint:${name}`)));
  const events = await redis.mget(readers.map((name) => key(givenTo(name))));
  const passed = texts
    .filter((text) => text !== null)
    .map(positionIn)
    .sort(comparePositions)
    .at(-1);
  return { passed, given: events.map(eventIn).filter((event) => event !== undefined) };
}

/** The key of a reader's last event. It is deleted together with the checkpoints. */
const givenTo = (name: string): string => `checkpoint:${name}:event`;

const eventIn = (text: string | null): MarkedEvent | undefined => (text === null ? undefined : readMark(text)?.event);

function positionIn(text: string): Position {
  const [commit, prepare] = text.split('/');
  return { commit: BigInt(commit ?? ''), prepare: BigInt(prepare ?? '') };
}
