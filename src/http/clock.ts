import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { Gauge, type Registry } from 'prom-client';
import type { ClockGuard } from '../event-log/clock-guard.js';

const READING = new Set(['GET', 'HEAD', 'OPTIONS']);
/** The log itself refuses the orders of operators, except those that confirm the clock or stop messages. */
const OF_OPERATORS = /^\/v1\/operations\//;
/** Stores nothing. */
const PREVIEW = /^\/v1\/[^/]+\/preview\/?$/;

/**
 * Refuses new facts while the clock is in doubt, before they are read. Otherwise a row would be refused for good
 * because it seems to be in the future or too old.
 */
export class KeepingFactsOut implements CanActivate {
  constructor(private readonly clock: Pick<ClockGuard, 'require'>) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { method, path: given } = context.switchToHttp().getRequest<Request>();
    // Routes do not depend on upper and lower case.
    const path = given.toLowerCase();
    if (!path.startsWith('/v1/') || READING.has(method) || OF_OPERATORS.test(path) || PREVIEW.test(path)) return true;
    await this.clock.require();
    return true;
  }
}

/** `degraded` while the clock is in doubt: questions are answered, but nothing new is stored. */
export async function pingClock(clock: ClockGuard): Promise<{ degraded?: string }> {
  const doubt = await clock.look();
  return doubt ? { degraded: clock.describe(doubt) } : {};
}

/** Registers a metric of the doubt at the last check of this process. */
export function showClock(clock: ClockGuard, registry: Registry): void {
  new Gauge({
    name: 'truyvet_clock_in_doubt',
    help: '1 while the clock contradicts the log and nobody has confirmed it: no data is stored, nothing is sent',
    registers: [registry],
    collect() {
      this.set(clock.doubt ? 1 : 0);
    },
  });
}
