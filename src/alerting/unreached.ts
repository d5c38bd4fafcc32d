import type { Redis } from 'ioredis';

/**
 * People whose alerts failed, so that a registration with a phone finds those alerts: of the millions of people who may
 * be registered at once, few have any. Like the queues, it can be lost and rebuilt by handling the log's events again.
 */
export interface Unreached {
  add(personId: string, alertId: string): Promise<void>;
  remove(personId: string, alertId: string): Promise<void>;
  /** The failed alerts of all of these people. */
  alertsOf(personIds: readonly string[]): Promise<string[]>;
}

export class RedisUnreached implements Unreached {
  /** @param key names a key of this installation. */
  constructor(
    private readonly redis: Redis,
    private readonly key: (name: string) => string,
  ) {}

  async add(personId: string, alertId: string): Promise<void> {
    await this.redis.sadd(this.#of(personId), alertId);
  }

  async remove(personId: string, alertId: string): Promise<void> {
    await this.redis.srem(this.#of(personId), alertId);
  }

  async alertsOf(personIds: readonly string[]): Promise<string[]> {
    return personIds.length === 0 ? [] : this.redis.sunion(personIds.map((personId) => this.#of(personId)));
  }

  #of(personId: string): string {
    return this.key(`unreached:${personId}`);
  }
}
