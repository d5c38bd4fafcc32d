import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { comparePositions, type Position } from './event-store.js';
import { CheckpointsLost } from './checkpoints-lost.js';
import { type Checkpoints } from './reactor.js';

/** KEYS: generation, checkpoint. ARGV: a generation for a Redis that has none. */
const LOAD = `
local generation = redis.call('GET', KEYS[1])
if not generation then
  generation = ARGV[1]
  redis.call('SET', KEYS[1], generation)
end
return {generation, redis.call('GET', KEYS[2])}`;

/** KEYS: generation, checkpoint. ARGV: the generation that the reader knows, the position. */
const SAVE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], ARGV[2])
return 1`;

/**
 * Checkpoints of readers whose effects stand in the same Redis: what loses the one loses the other too. A Redis that
 * was emptied has another generation, or none: a reader that went on would never make again what was lost, so it is
 * told when it saves.
 */
export class RedisCheckpoints implements Checkpoints {
  /** What each reader loaded its checkpoint from. */
  readonly #generations = new Map<string, string>();

  /** @param key names a key of this installation. */
  constructor(
    private readonly redis: Redis,
    private readonly key: (name: string) => string,
  ) {}

  async load(name: string): Promise<Position | undefined> {
    const found = await this.redis.eval(LOAD, 2, this.key('generation'), this.#of(name), randomUUID());
    const [generation, text] = found as [string, string | null];
    this.#generations.set(name, generation);
    return text === null ? undefined : positionIn(text);
  }

  /** @throws CheckpointsLost when Redis was emptied since the load. */
  async save(name: string, { commit, prepare }: Position): Promise<void> {
    const generation = this.#generations.get(name);
    if (generation === undefined) throw new Error(`the checkpoint ${name} is saved before it was loaded`);
    const saved = await this.redis.eval(
      SAVE,
      2,
      this.key('generation'),
      this.#of(name),
      generation,
      `${commit}/${prepare}`,
    );
    if (saved !== 1) throw new CheckpointsLost(name);
  }

  #of(name: string): string {
    return this.key(`checkpoint:${name}`);
  }
}

/** How far the reader has come who has come farthest; undefined while none has passed anything. */
export async function highestCheckpoint(
  redis: Redis,
  key: (name: string) => string,
  readers: readonly string[],
): Promise<Position | undefined> {
  const texts = await redis.mget(readers.map((name) => key(`checkpoint:${name}`)));
  return texts
    .filter((text) => text !== null)
    .map(positionIn)
    .sort(comparePositions)
    .at(-1);
}

function positionIn(text: string): Position {
  const [commit, prepare] = text.split('/');
  return { commit: BigInt(commit ?? ''), prepare: BigInt(prepare ?? '') };
}
