import { Gauge, type Registry } from 'prom-client';
import type { Queues } from '../../platform/queues.js';
import { countLeftOut } from '../readers-aside.js';

/** Counts for `/metrics` what the readers of the log left out. */
export function watchReaders(queues: Queues, registry: Registry): void {
  new Gauge({
    name: 'truyvet_reader_set_aside_events',
    help: 'Events that a reader of the log could not make cases, traces or alerts of',
    labelNames: ['reader'],
    registers: [registry],
    async collect() {
      // While Redis is away nobody knows; the other figures are told all the same.
      const counts = await countLeftOut(queues).catch(() => new Map<string, number>());
      for (const [reader, events] of counts) this.set({ reader }, events);
    },
  });
}
