import { Counter, Gauge, type Registry } from 'prom-client';
import type { Queues } from '../work/queues.js';
import type { Routes } from './routes.js';

/** The counters of alerting, in the registry of the process. */
export class AlertMetrics {
  readonly #sent: Counter<'provider'>;
  readonly #takenBack: Counter<'provider'>;
  readonly #failed: Counter<'provider' | 'reason'>;
  readonly #covered: Counter;
  readonly #reminded: Counter<'provider' | 'outcome'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#sent = new Counter({
      name: 'truyvet_alerts_sent_total',
      help: 'Alerts that a provider accepted',
      labelNames: ['provider'],
      registers,
    });
    this.#takenBack = new Counter({
      name: 'truyvet_alert_withdrawals_sent_total',
      help: 'Messages that take an alert back, accepted by a provider',
      labelNames: ['provider'],
      registers,
    });
    this.#failed = new Counter({
      name: 'truyvet_alerts_failed_total',
      help: 'Alerts that need a visit instead of a message',
      labelNames: ['provider', 'reason'],
      registers,
    });
    this.#covered = new Counter({
      name: 'truyvet_alerts_covered_total',
      help: 'Alerts covered by another one for the same phone',
      registers,
    });
    this.#reminded = new Counter({
      name: 'truyvet_reminders_total',
      help: 'Messages that remind contacts of what is due today, by outcome',
      labelNames: ['provider', 'outcome'],
      registers,
    });
  }

  sent(provider: string): void {
    this.#sent.inc({ provider });
  }

  takenBack(provider: string): void {
    this.#takenBack.inc({ provider });
  }

  failed(provider: string, reason: string): void {
    this.#failed.inc({ provider, reason });
  }

  reminded(provider: string, outcome: 'sent' | 'failed'): void {
    this.#reminded.inc({ provider, outcome });
  }

  covered(): void {
    this.#covered.inc();
  }
}

/** Registers gauges of alerting: its queues, its providers, and the cases that wait for a person. */
export function watchAlerting(
  registry: Registry,
  watched: { queues: Queues; names: readonly string[]; routes: Routes; held: () => Promise<number> },
): void {
  const { queues, names, routes, held } = watched;
  const registers = [registry];
  new Gauge({
    name: 'truyvet_alert_queue_jobs',
    help: 'Jobs of alerting that are waiting, running or to be retried',
    labelNames: ['queue'],
    registers,
    async collect() {
      for (const queue of names) this.set({ queue }, await queues.outstanding(queue));
    },
  });
  new Gauge({
    name: 'truyvet_alert_queue_oldest_seconds',
    help: 'How long the oldest waiting job of alerting has waited',
    labelNames: ['queue'],
    registers,
    async collect() {
      for (const queue of names) this.set({ queue }, await queues.oldest(queue));
    },
  });
  new Gauge({
    name: 'truyvet_provider_failing',
    help: '1 while a provider is not used because it keeps failing',
    labelNames: ['provider'],
    registers,
    collect() {
      for (const { name } of routes.all) this.set({ provider: name }, routes.isFailing(name) ? 1 : 0);
    },
  });
  new Gauge({
    name: 'truyvet_provider_paused',
    help: '1 while an operator has paused a provider',
    labelNames: ['provider'],
    registers,
    collect() {
      for (const { name } of routes.all) this.set({ provider: name }, routes.isPaused(name) ? 1 : 0);
    },
  });
  new Gauge({
    name: 'truyvet_alerts_held_cases',
    help: 'Cases whose alerts wait for approval',
    registers,
    async collect() {
      this.set(await held());
    },
  });
}
