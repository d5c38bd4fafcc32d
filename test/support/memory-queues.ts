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

  /** The jobs that were added, in their order. */
  readonly added: { queue: string; data: unknown; jobId: string | undefined }[] = [];

  key(name: string): string {
    return name;
  }

  queue(name: string) {
    return {
      getJobCounts: async (): Promise<Record<string, number>> => ({}),
      addBulk: async (jobs: readonly { data: unknown; opts?: { jobId?: string } }[]) =>
        void this.added.push(...jobs.map(({ data, opts }) => ({ queue: name, data, jobId: opts?.jobId }))),
    };
  }

  async oldest(): Promise<number> {
    return 0;
  }

  #valueOf(key: string): string | null {
    const kept = this.#kept.get(key);
    return kept && kept.until > Date.now() ? kept.value : null;
  }
}
