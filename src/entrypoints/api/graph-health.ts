import { Gauge, type Registry } from 'prom-client';
import type { Driver } from 'neo4j-driver';
import { GraphWatch, type GraphHealth } from '../../contact-graph/graph-watch.js';
import type { EventSet } from '../../kernel/event.js';
import type { EventStore } from '../../event-log/event-store.js';
import { notAccepted } from '../../operations/accepting.js';

/** Watches the graph of an installation for `/health/ready` and `/metrics`. */
export function watchGraph(driver: Driver, store: EventStore, taken: EventSet, registry: Registry): GraphWatch {
  const watch = new GraphWatch(driver, store, taken.types, undefined, (leftOut) => notAccepted(store, leftOut));
  const gauge = (name: string, help: string, value: (health: GraphHealth) => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        if (watch.last) this.set(value(watch.last));
      },
    });
  gauge(
    'truyvet_graph_stands_still_seconds',
    'Seconds for which the contact graph is behind the log without progress; 0 if it progresses or has caught up',
    ({ standsStill }) => standsStill,
  );
  gauge(
    'truyvet_graph_set_aside_events',
    'Events that could not be written to the contact graph',
    (health) => health.setAside,
  );
  new Gauge({
    name: 'truyvet_graph_set_aside_first_position',
    help: 'Log position of the first event of a type that could not be written to the contact graph',
    labelNames: ['type'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [type, position] of watch.last?.firstSetAside ?? []) this.set({ type }, position);
    },
  });
  return watch;
}

/** @throws Error when the graph is not reliable. */
export async function pingGraph(watch: GraphWatch): Promise<GraphHealth> {
  const health = await watch.look();
  if (health.down !== undefined) throw new Error(health.down);
  return health;
}
