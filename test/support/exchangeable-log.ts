import type { MemoryEventStore } from './memory-event-store.js';

/** A log under which another one is put, as when an older copy is: `log` is always the one that is there. */
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
