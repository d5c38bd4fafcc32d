import { Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiBody, ApiConsumes, ApiHeader, ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { ofAnyAge } from '../clock.js';
import { isGroup, PERSON_IDS } from '../groups.js';
import { RowReader } from '../read-rows.js';
import { RowRefused } from '../refusal.js';
import { groupSchema } from './answers.js';
import { INGEST_SETTINGS, StoreGroup, type GroupAnswer, type IngestSettings } from './commands.js';
import { groupJsonSchema } from './json-schema.js';
import { bodyOf, HISTORY, isHistory, originOf } from './requests.js';

/** One phone that scans for several people, such as a family. */
@ApiTags('ingest')
@Controller('v1/check-ins/group')
export class GroupsController {
  constructor(
    @Inject(CommandBus) private readonly commands: CommandBus,
    @Inject(INGEST_SETTINGS) private readonly settings: IngestSettings,
  ) {}

  @Post()
  @HttpCode(200)
  @ApiOperation({
    operationId: 'post-group-check-in',
    summary: 'Record a visit of each person of a group that one phone scanned for',
    description:
      'Each person has a visit of their own, to be ended or corrected by itself. Sent again, the same facts change ' +
      'nothing. People who cannot be taken are listed, each by id, and the others are stored. In batches of check-ins ' +
      'a line may have person_ids too.',
  })
  @ApiConsumes('application/json')
  @ApiQuery(HISTORY)
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'As for single check-ins.' })
  @ApiBody({ schema: groupJsonSchema() })
  @ApiOkResponse({ description: 'Durable.', schema: groupSchema })
  async post(@Req() request: Request): Promise<GroupAnswer> {
    const origin = originOf(request);
    const { zone, limits } = this.settings;
    const body = bodyOf(request);
    const reader = new RowReader('check-ins', zone, isHistory(request) ? ofAnyAge(limits) : limits);
    const { rows, complaints } = isGroup(body)
      ? reader.readEach(body)
      : { rows: [], complaints: [{ column: PERSON_IDS, reason: 'is missing', fix: `Give ${PERSON_IDS}.` }] };
    if (rows.length > 0) return this.commands.execute(new StoreGroup(rows, complaints, origin));
    this.settings.counted('check-ins', 'rejected', 1);
    throw new RowRefused(complaints);
  }
}
