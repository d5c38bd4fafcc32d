import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { Gauge, type Registry } from 'prom-client';
import type { ClockGuard } from '../event-log/clock-guard.js';

const READING = new Set(['GET', 'HEAD', 'OPTIONS']);
/** What operators order is kept from the log by the log itself, but for what settles the clock and what stops messages. */
const OF_OPERATORS = /^\/v1\/operations\//;
/** Stores nothing. */
const PREVIEW = /^\/v1\/results\/preview\/?$/;

/**
 * Refuses new facts while the clock is in doubt, before they are read: a row would be refused for good as one of the
 * future, or of too long ago.
 */
export class KeepingFactsOut implements CanActivate {
  constructor(private readonly clock: Pick<ClockGuard, 'require'>) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { method, path: given } = context.switchToHttp().getRequest<Request>();
    // Routes are found whatever the case of their letters.
    const path = given.toLowerCase();
    if (!path.startsWith('/v1/') || READING.has(method) || OF_OPERATORS.test(path) || PREVIEW.test(path)) return true;
    await this.clock.require();
    return true;
  }
}

/** `degraded`: questions are answered, and nothing new is taken. */
export async function pingClock(clock: ClockGuard): Promise<{ degraded?: string }> {
  const doubt = await clock.look();
  return doubt ? { degraded: clock.describe(doubt) } : {};
}

/** As of the last look of the process. */
export function showClock(clock: ClockGuard, registry: Registry): void {
  new Gauge({
    name: 'truyvet_clock_in_doubt',
    help: '1 while the clock contradicts the log and nobody has confirmed it: nothing new is taken, nobody is told anything',
    registers: [registry],
    collect() {
      this.set(clock.doubt ? 1 : 0);
    },
  });
}
