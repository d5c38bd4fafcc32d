import { Gauge, type Registry } from 'prom-client';
import { firstByType } from '../../event-log/aside-notes.js';
import type { Queues } from '../../work/queues.js';
import { countLeftOut, leftOutByReaders } from '../../work/readers-aside.js';

/** Adds the events that readers of the log set aside to `/metrics`. */
export function watchReaders(queues: Queues, registry: Registry): void {
  new Gauge({
    name: 'truyvet_reader_set_aside_events',
    help: 'Events that a reader of the log could not process into cases, traces or alerts',
    labelNames: ['reader'],
    registers: [registry],
    async collect() {
      // Without Redis the counts are unknown; the other metrics are still served.
      const counts = await countLeftOut(queues).catch(() => new Map<string, number>());
      for (const [reader, events] of counts) this.set({ reader }, events);
    },
  });
  new Gauge({
    name: 'truyvet_reader_set_aside_first_position',
    help: 'Log position of the first event of a type that a reader of the log set aside',
    labelNames: ['reader', 'type'],
    registers: [registry],
    async collect() {
      this.reset();
      const counts = await countLeftOut(queues).catch(() => new Map<string, number>());
      const readers = [...counts].flatMap(([reader, events]) => (events > 0 ? [reader] : []));
      if (readers.length === 0) return;
      const notes = await leftOutByReaders(queues).catch(() => []);
      for (const reader of readers) {
        const first = firstByType(notes.filter((note) => note.reader === reader));
        for (const [type, position] of first) this.set({ reader, type }, position);
      }
    },
  });
}
