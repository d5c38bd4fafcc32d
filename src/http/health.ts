import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';

/**
 * A check for each service, by name. It sends the service a real request and rejects when there is no answer. It
 * returns `degraded` with the reason when the service answers but its answers need caution.
 */
export type Pings = Record<string, () => Promise<unknown>>;
export const PINGS = Symbol('pings');

type Health = Record<string, { up: boolean; degraded?: true; problem?: string }>;

@ApiTags('operation')
@Controller('health')
export class HealthController {
  #asking: Promise<Health> | undefined;

  constructor(@Inject(PINGS) private readonly pings: Pings) {}

  @Get('live')
  @ApiOperation({ operationId: 'live', summary: 'Whether the process answers; needs no key' })
  @ApiOkResponse({ description: 'It answers.' })
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('ready')
  @ApiOperation({
    operationId: 'ready',
    summary: 'Whether the log, the graph and the queues answer, and the graph keeps up with the log',
  })
  @ApiOkResponse({ description: 'All answer; `degraded` if answers may lack something, with the reason.' })
  @ApiServiceUnavailableResponse({ description: 'Not all answer; the answer says which do not, and why.' })
  async ready(@Res({ passthrough: true }) response: Response): Promise<{ status: string; services: Health }> {
    // Simultaneous requests share one round of checks.
    this.#asking ??= this.#ask().finally(() => (this.#asking = undefined));
    const services = await this.#asking;
    const ready = Object.values(services).every(({ up }) => up);
    response.status(ready ? 200 : 503);
    const degraded = Object.values(services).some((each) => each.degraded);
    return { status: ready ? (degraded ? 'degraded' : 'ok') : 'unavailable', services };
  }

  async #ask(): Promise<Health> {
    const asked = Object.entries(this.pings).map(async ([name, ping]): Promise<[string, Health[string]]> => {
      try {
        const degraded = degradedBy(await ping());
        return [name, degraded === undefined ? { up: true } : { up: true, degraded: true, problem: degraded }];
      } catch (error) {
        return [name, { up: false, problem: error instanceof Error ? error.message : String(error) }];
      }
    });
    return Object.fromEntries(await Promise.all(asked));
  }
}

function degradedBy(answer: unknown): string | undefined {
  if (typeof answer !== 'object' || answer === null || !('degraded' in answer)) return undefined;
  return typeof answer.degraded === 'string' ? answer.degraded : undefined;
}
