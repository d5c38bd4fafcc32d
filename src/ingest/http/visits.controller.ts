import { Controller, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiBody, ApiHeader, ApiNoContentResponse, ApiOperation, ApiParam, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { z } from 'zod';
import { ofAnyAge } from '../clock.js';
import { checkedOut, visitCorrected, visitRetracted } from '../presence.js';
import { RowRefused } from '../refusal.js';
import { VisitReader } from '../read-rows.js';
import type { VisitChange, VisitRow } from '../rows.js';
import { ChangeVisit, INGEST_SETTINGS, type IngestSettings } from './commands.js';
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
@ApiNoContentResponse({ description: 'Durable.' })
@Controller('v1/visits/:visit_id')
export class VisitsController {
  constructor(
    @Inject(CommandBus) private readonly commands: CommandBus,
    @Inject(INGEST_SETTINGS) private readonly settings: IngestSettings,
  ) {}

  @Post('check-out')
  @HttpCode(204)
  @ApiOperation({ operationId: 'check-out', summary: 'Say when a visit ended' })
  @ApiQuery(HISTORY)
  @ApiBody({ schema: jsonSchemaOf('check-out') })
  async checkOut(@Param('visit_id') visitId: string, @Req() request: Request): Promise<void> {
    const { leftAt, ...visit } = this.#read('check-out', visitId, request);
    await this.commands.execute(new ChangeVisit(checkedOut(visit, leftAt, originOf(request))));
  }

  @Post('correct')
  @HttpCode(204)
  @ApiOperation({ operationId: 'correct-visit', summary: 'State all facts of a visit anew' })
  @ApiQuery(HISTORY)
  @ApiBody({ schema: jsonSchemaOf('correct') })
  async correct(@Param('visit_id') visitId: string, @Req() request: Request): Promise<void> {
    const { leftAt, seat, ...visit } = this.#read('correct', visitId, request);
    await this.commands.execute(new ChangeVisit(visitCorrected(visit, { leftAt, seat }, originOf(request))));
  }

  @Post('retract')
  @HttpCode(204)
  @ApiOperation({ operationId: 'retract-visit', summary: 'Say that a visit never took place' })
  @ApiBody({ schema: jsonSchemaOf('retract') })
  async retract(@Param('visit_id') visitId: string, @Req() request: Request): Promise<void> {
    const { personId, arrivedAt } = this.#read('retract', visitId, request);
    await this.commands.execute(new ChangeVisit(visitRetracted(visitId, personId, arrivedAt, originOf(request))));
  }

  #read<C extends VisitChange>(change: C, visitId: string, request: Request): VisitRow<C> & { visitId: string } {
    if (!uuid.safeParse(visitId).success) {
      throw new RowRefused([
        { column: 'visit_id', reason: 'is no UUID', fix: 'Give the visit_id that the check-in was answered with.' },
      ]);
    }
    const { zone, limits } = this.settings;
    const read = new VisitReader(change, zone, isHistory(request) ? ofAnyAge(limits) : limits).read(bodyOf(request));
    if ('row' in read) return { visitId, ...read.row };
    this.settings.counted('visits', 'rejected', 1);
    throw new RowRefused(read.complaints);
  }
}
