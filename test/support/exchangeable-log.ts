import type { MemoryEventStore } from './memory-event-store.js';

/** A log that can be replaced, for example by an older copy: `log` is always the current one. */
export function exchangeable<Log extends MemoryEventStore>(first: Log): { log: Log; put: (another: Log) => void } {
  let there = first;
  const log = new Proxy(first, {
    get: (_, name) => {
      const value: unknown = Reflect.get(there, name);
      return typeof value === 'function' ? (value.bind(there) as unknown) : value;
    },
  });
  return { log, put: (another) => (there = another) };
}
