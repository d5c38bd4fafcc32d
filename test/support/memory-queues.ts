import type { Queues } from '../../src/platform/queues.js';

/** Empty queues, and of their Redis the keys that are there until an instant. */
export class MemoryQueues {
  readonly #until = new Map<string, number>();
  readonly redis = {
    set: async (key: string, _value: unknown, _unit?: 'PX', milliseconds = Infinity) =>
      void this.#until.set(key, Date.now() + milliseconds),
    del: async (key: string) => void this.#until.delete(key),
    mget: async (keys: string[]) => keys.map((key) => ((this.#until.get(key) ?? 0) > Date.now() ? '1' : null)),
    exists: async () => 1,
  };

  /** As what takes queues wants them. */
  get asQueues(): Queues {
    return this as unknown as Queues;
  }

  key(name: string): string {
    return name;
  }

  queue(): { getJobCounts: () => Promise<Record<string, number>> } {
    return { getJobCounts: async () => ({}) };
  }

  async oldest(): Promise<number> {
    return 0;
  }
}
