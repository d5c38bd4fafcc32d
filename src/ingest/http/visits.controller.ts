import { Controller, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiBody, ApiHeader, ApiOkResponse, ApiOperation, ApiParam, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { z } from 'zod';
import { ofAnyAge } from '../clock.js';
import { checkedOut, visitCorrected, visitRetracted, type Fact } from '../presence.js';
import { RowRefused } from '../refusal.js';
import { VisitReader } from '../read-rows.js';
import type { VisitChange, VisitRow } from '../rows.js';
import { changedSchema } from './answers.js';
import { ChangeVisit, INGEST_SETTINGS, type Changed, type IngestSettings } from './commands.js';
import { jsonSchemaOf } from './json-schema.js';
import { bodyOf, HISTORY, isHistory, originOf } from './requests.js';

const uuid = z.uuid();

/** What may still happen to a visit; its id is what the check-in was answered with. */
@ApiTags('ingest')
@ApiParam({ name: 'visit_id', schema: { type: 'string', format: 'uuid' } })
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
  @ApiBody({ schema: jsonSchemaOf('check-out') })
  async checkOut(@Param('visit_id') visitId: string, @Req() request: Request): Promise<Changed> {
    const { row, zoneAssumed } = this.#read('check-out', visitId, request);
    const { leftAt, ...visit } = { visitId, ...row };
    return this.#change(checkedOut(visit, leftAt, originOf(request)), zoneAssumed);
  }

  @Post('correct')
  @HttpCode(200)
  @ApiOperation({ operationId: 'correct-visit', summary: 'State all facts of a visit anew' })
  @ApiQuery(HISTORY)
  @ApiBody({ schema: jsonSchemaOf('correct') })
  async correct(@Param('visit_id') visitId: string, @Req() request: Request): Promise<Changed> {
    const { row, zoneAssumed } = this.#read('correct', visitId, request);
    const { leftAt, seat, ...visit } = { visitId, ...row };
    return this.#change(visitCorrected(visit, { leftAt, seat }, originOf(request)), zoneAssumed);
  }

  @Post('retract')
  @HttpCode(200)
  @ApiOperation({ operationId: 'retract-visit', summary: 'Say that a visit never took place' })
  @ApiBody({ schema: jsonSchemaOf('retract') })
  async retract(@Param('visit_id') visitId: string, @Req() request: Request): Promise<Changed> {
    const { row, zoneAssumed } = this.#read('retract', visitId, request);
    return this.#change(visitRetracted(visitId, row.personId, row.arrivedAt, originOf(request)), zoneAssumed);
  }

  async #change(fact: Fact, zoneAssumed: boolean): Promise<Changed> {
    await this.commands.execute(new ChangeVisit(fact));
    return { zone: this.settings.zone, zone_assumed: zoneAssumed };
  }

  #read<C extends VisitChange>(
    change: C,
    visitId: string,
    request: Request,
  ): { row: VisitRow<C>; zoneAssumed: boolean } {
    if (!uuid.safeParse(visitId).success) {
      throw new RowRefused([
        { column: 'visit_id', reason: 'is no UUID', fix: 'Give the visit_id that the check-in was answered with.' },
      ]);
    }
    const { zone, limits } = this.settings;
    const read = new VisitReader(change, zone, isHistory(request) ? ofAnyAge(limits) : limits).read(bodyOf(request));
    if ('row' in read) return read;
    this.settings.counted('visits', 'rejected', 1);
    throw new RowRefused(read.complaints);
  }
}
