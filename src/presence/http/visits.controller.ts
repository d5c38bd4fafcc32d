import { Controller, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiBody, ApiHeader, ApiOkResponse, ApiOperation, ApiParam, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { ofAnyAge } from '../../intake/clock.js';
import { checkedOut, visitCorrected, visitRetracted, type Fact } from '../presence.js';
import { canonicalId } from '../../kernel/text.js';
import { isOurVisitId, visitNamed } from '../named-visits.js';
import { RowRefused } from '../../requests/refusal.js';
import type { Columns, Shape } from '../../intake/define-rows.js';
import { INGEST_SETTINGS, type IngestSettings } from '../../intake/http/commands.js';
import { jsonSchemaOf } from '../../intake/http/json-schema.js';
import { ShapeReader } from '../../intake/read-rows.js';
import { checkOut, correction, retraction } from '../visit-changes.js';
import { changedSchema } from './answers.js';
import { ChangeVisit, type Changed } from './commands.js';
import { bodyOf, HISTORY, isHistory, originOf } from '../../http/requests.js';

/** What may still happen to a visit, by the id that the check-in was answered with or that its source gave it. */
@ApiTags('ingest')
@ApiParam({
  name: 'visit_id',
  schema: { type: 'string' },
  description: 'What the check-in was answered with, or the visit_id that its source gave it.',
})
@ApiHeader({
  name: 'Idempotency-Key',
  required: false,
  description: 'Makes it a statement of its own, to go back to facts stated before.',
})
@ApiOkResponse({ description: 'Durable.', schema: changedSchema })
@Controller('v1/visits/:visit_id')
export class VisitsController {
  constructor(
    @Inject(CommandBus) private readonly commands: CommandBus,
    @Inject(INGEST_SETTINGS) private readonly settings: IngestSettings,
  ) {}

  @Post('check-out')
  @HttpCode(200)
  @ApiOperation({ operationId: 'check-out', summary: 'Say when a visit ended' })
  @ApiQuery(HISTORY)
  @ApiBody({ schema: jsonSchemaOf(checkOut) })
  async checkOut(@Param('visit_id') given: string, @Req() request: Request): Promise<Changed> {
    const { visitId, row, zoneAssumed } = await this.#read(checkOut, given, request);
    const { leftAt, ...visit } = { visitId, ...row };
    return this.#change(checkedOut(visit, leftAt, originOf(request)), zoneAssumed);
  }

  @Post('correct')
  @HttpCode(200)
  @ApiOperation({ operationId: 'correct-visit', summary: 'State all facts of a visit anew' })
  @ApiQuery(HISTORY)
  @ApiBody({ schema: jsonSchemaOf(correction) })
  async correct(@Param('visit_id') given: string, @Req() request: Request): Promise<Changed> {
    const { visitId, row, zoneAssumed } = await this.#read(correction, given, request);
    const { leftAt, seat, ...visit } = { visitId, ...row };
    return this.#change(visitCorrected(visit, { leftAt, seat }, originOf(request)), zoneAssumed);
  }

  @Post('retract')
  @HttpCode(200)
  @ApiOperation({ operationId: 'retract-visit', summary: 'Say that a visit never took place' })
  @ApiBody({ schema: jsonSchemaOf(retraction) })
  async retract(@Param('visit_id') given: string, @Req() request: Request): Promise<Changed> {
    const { visitId, row, zoneAssumed } = await this.#read(retraction, given, request);
    return this.#change(visitRetracted(visitId, row.personId, row.arrivedAt, originOf(request)), zoneAssumed);
  }

  async #change(fact: Fact, zoneAssumed: boolean): Promise<Changed> {
    await this.commands.execute(new ChangeVisit(fact));
    return { zone: this.settings.zone, zone_assumed: zoneAssumed };
  }

  async #read<Row extends { personId: string; arrivedAt: string }>(
    change: Shape<Columns, Row>,
    given: string,
    request: Request,
  ): Promise<{ visitId: string; row: Row; zoneAssumed: boolean }> {
    const { zone, limits } = this.settings;
    const read = new ShapeReader(change, zone, isHistory(request) ? ofAnyAge(limits) : limits).read(bodyOf(request));
    if ('row' in read) return { ...read, visitId: await this.#visitNamed(given, read.row) };
    this.settings.counted('visits', 'rejected', 1);
    throw new RowRefused(read.complaints);
  }

  /** One of ours is not looked up: reading first would cost more than the ghost of a mistyped id. */
  async #visitNamed(given: string, row: { personId: string; arrivedAt: string }): Promise<string> {
    if (isOurVisitId(given)) return given.toLowerCase();
    const found = await visitNamed(this.settings.means.base.store, canonicalId(given), row);
    if (found !== undefined) return found;
    this.settings.counted('visits', 'rejected', 1);
    throw new RowRefused([
      {
        column: 'visit_id',
        reason: `names no visit of ${row.personId} in the month of arrived_at`,
        fix: 'Give the visit_id that the check-in was answered with, or the one that its source gave it; and arrived_at as it was.',
      },
    ]);
  }
}
