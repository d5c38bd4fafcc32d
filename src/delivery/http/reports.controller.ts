import { All, Controller, HttpCode, Inject, NotFoundException, Param, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request } from 'express';
import { timingSafeEqual } from 'node:crypto';
import type { DeliveryReport } from '@truyvet/message-gateway';
import { DoRead } from '../../http/buses.js';
import type { Contexts } from '../../requests/context.js';
import { takeReports, type TakenReports } from '../requests.js';

export const REPORT_SETTINGS = Symbol('report settings');

/** The settings of the module. */
export interface ReportSettings {
  contexts: Pick<Contexts, 'for'>;
  /** The reports in a provider's call; undefined for providers of other names. */
  read(provider: string, parts: { query: unknown; body: unknown }): DeliveryReport[] | undefined;
  /** The tag that proves that a URL was issued here. */
  tagOf(provider: string): string;
}

/**
 * Where providers report on messages: `/r/<provider>/<tag>`, as `truyvet providers` shows it. Providers cannot send a
 * key of ours, so the tag in the path proves that the URL was given to them. The body has the format of each provider.
 */
@ApiExcludeController()
@Controller('r/:provider/:tag')
export class ReportsController {
  constructor(
    @Inject(CommandBus) private readonly commands: CommandBus,
    @Inject(REPORT_SETTINGS) private readonly settings: ReportSettings,
  ) {}

  @All()
  @HttpCode(200)
  async take(
    @Param('provider') provider: string,
    @Param('tag') tag: string,
    @Req() request: Request,
  ): Promise<TakenReports> {
    const { contexts, read, tagOf } = this.settings;
    const reports = same(tag, tagOf(provider))
      ? read(provider, { query: request.query, body: request.body as unknown })
      : undefined;
    if (!reports) throw new NotFoundException();
    return this.commands.execute(new DoRead(takeReports, contexts.for({ source: 'provider' }), { provider, reports }));
  }
}

function same(given: string, expected: string): boolean {
  const [a, b] = [given, expected].map((text) => Buffer.from(text));
  return a?.length === b?.length && timingSafeEqual(a as Buffer, b as Buffer);
}
