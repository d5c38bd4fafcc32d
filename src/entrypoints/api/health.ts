import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';

/** Asks each service a real question; rejects when one has no answer. */
export type Pings = Record<string, () => Promise<unknown>>;
export const PINGS = Symbol('pings');

type Health = Record<string, { up: boolean; problem?: string }>;

@ApiTags('operation')
@Controller('health')
export class HealthController {
  #asking: Promise<Health> | undefined;

  constructor(@Inject(PINGS) private readonly pings: Pings) {}

  @Get('live')
  @ApiOperation({ operationId: 'live', summary: 'Whether the process answers; needs no key' })
  @ApiOkResponse({ description: 'It does.' })
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('ready')
  @ApiOperation({ operationId: 'ready', summary: 'Whether the log, the graph and the queues can be reached' })
  @ApiOkResponse({ description: 'All can.' })
  @ApiServiceUnavailableResponse({ description: 'Not all can; the answer says which and why.' })
  async ready(@Res({ passthrough: true }) response: Response): Promise<{ status: string; services: Health }> {
    // However many ask at once, each service is asked once at a time.
    this.#asking ??= this.#ask().finally(() => (this.#asking = undefined));
    const services = await this.#asking;
    const ready = Object.values(services).every(({ up }) => up);
    response.status(ready ? 200 : 503);
    return { status: ready ? 'ok' : 'unavailable', services };
  }

  async #ask(): Promise<Health> {
    const asked = Object.entries(this.pings).map(async ([name, ping]): Promise<[string, Health[string]]> => {
      try {
        await ping();
        return [name, { up: true }];
      } catch (error) {
        return [name, { up: false, problem: error instanceof Error ? error.message : String(error) }];
      }
    });
    return Object.fromEntries(await Promise.all(asked));
  }
}
