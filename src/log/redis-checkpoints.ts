import type { Redis } from 'ioredis';
import type { Position } from './event-store.js';
import type { Checkpoints } from './reactor.js';

/** Checkpoints of readers whose effects stand in the same Redis: what loses the one loses the other too. */
export class RedisCheckpoints implements Checkpoints {
  /** @param key names a key of this installation. */
  constructor(
    private readonly redis: Redis,
    private readonly key: (name: string) => string,
  ) {}

  async load(name: string): Promise<Position | undefined> {
    const text = await this.redis.get(this.#of(name));
    if (text === null) return undefined;
    const [commit, prepare] = text.split('/');
    return { commit: BigInt(commit ?? ''), prepare: BigInt(prepare ?? '') };
  }

  async save(name: string, { commit, prepare }: Position): Promise<void> {
    await this.redis.set(this.#of(name), `${commit}/${prepare}`);
  }

  #of(name: string): string {
    return this.key(`checkpoint:${name}`);
  }
}
