import { Counter, type Registry } from 'prom-client';

/** What alerting counts, in the registry of the process. */
export class AlertMetrics {
  readonly #sent: Counter<'provider'>;
  readonly #takenBack: Counter<'provider'>;
  readonly #failed: Counter<'provider' | 'reason'>;
  readonly #covered: Counter;

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
      help: 'Alerts that another one for the same phone says too',
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

  covered(): void {
    this.#covered.inc();
  }
}
