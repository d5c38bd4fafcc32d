import type { OperationTools } from '../../src/operations/overview.js';

type Shown = OperationTools['queues'];

/** Empty queues, with the Redis keys that expire at a given time. */
export class MemoryQueues implements Shown {
  readonly #kept = new Map<string, { value: string; until: number }>();
  readonly redis = {
    set: async (key: string, value: unknown, _unit?: 'PX', milliseconds = Infinity) =>
      void this.#kept.set(key, { value: String(value), until: Date.now() + milliseconds }),
    del: async (key: string) => void this.#kept.delete(key),
    get: async (key: string) => this.#valueOf(key),
    mget: async (keys: string[]) => keys.map((key) => this.#valueOf(key)),
    exists: async () => 1,
  };

  key(name: string): string {
    return name;
  }

  queue(): { getJobCounts: () => Promise<Record<string, number>> } {
    return { getJobCounts: async () => ({}) };
  }

  async oldest(): Promise<number> {
    return 0;
  }

  #valueOf(key: string): string | null {
    const kept = this.#kept.get(key);
    return kept && kept.until > Date.now() ? kept.value : null;
  }
}
