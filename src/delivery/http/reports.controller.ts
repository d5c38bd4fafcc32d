import { All, Controller, HttpCode, Inject, NotFoundException, Param, Req } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request } from 'express';
import { timingSafeEqual } from 'node:crypto';
import type { DeliveryReport } from '@truyvet/message-gateway';
import { requireRight } from '../../requests/perform.js';

export const REPORT_SETTINGS = Symbol('report settings');

/** The settings of the module. */
export interface ReportSettings {
  /** The reports in a provider's call; undefined for providers of other names. */
  read(provider: string, parts: { query: unknown; body: unknown }): DeliveryReport[] | undefined;
  /** The tag that proves that a URL was issued here. */
  tagOf(provider: string): string;
  /** Stores the reports; resolves once they cannot be lost. */
  take(provider: string, reports: readonly DeliveryReport[]): Promise<void>;
}

/** Stores what a provider reports. */
class TakeReports extends Command<{ taken: number }> {
  readonly permission = 'reports:take';

  constructor(
    readonly provider: string,
    readonly reports: readonly DeliveryReport[],
  ) {
    super();
  }
}

@CommandHandler(TakeReports)
export class TakeReportsHandler implements ICommandHandler<TakeReports> {
  constructor(@Inject(REPORT_SETTINGS) private readonly settings: ReportSettings) {}

  async execute({ permission, provider, reports }: TakeReports): Promise<{ taken: number }> {
    requireRight(permission);
    await this.settings.take(provider, reports);
    return { taken: reports.length };
  }
}

/**
 * Where providers report on messages: `/r/<provider>/<tag>`, as `truyvet providers` shows it. Providers cannot send a
 * key of ours, so the tag in the path proves that the URL was given to them.
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
  ): Promise<{ taken: number }> {
    const reports = same(tag, this.settings.tagOf(provider))
      ? this.settings.read(provider, { query: request.query, body: request.body as unknown })
      : undefined;
    if (!reports) throw new NotFoundException();
    return this.commands.execute(new TakeReports(provider, reports));
  }
}

function same(given: string, expected: string): boolean {
  const [a, b] = [given, expected].map((text) => Buffer.from(text));
  return a?.length === b?.length && timingSafeEqual(a as Buffer, b as Buffer);
}
