import { Controller, HttpCode, HttpException, HttpStatus, Inject, Post, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiBody, ApiConsumes, ApiHeader, ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { ofAnyAge } from '../../intake/clock.js';
import { PERSON_IDS } from '../../intake/define-rows.js';
import { isGroup } from '../../intake/groups.js';
import { RateLimit } from '../../platform/rate.js';
import { RowReader } from '../../intake/read-rows.js';
import { RowRefused } from '../../requests/refusal.js';
import { INGEST_SETTINGS, type IngestSettings } from '../../intake/http/commands.js';
import type { CheckInRow } from '../presence.js';
import { checkIns } from '../store-check-ins.js';
import { groupJsonSchema, groupSchema } from './answers.js';
import { StoreGroup, type GroupAnswer } from './commands.js';
import { bodyOf, HISTORY, isHistory, originOf } from '../../http/requests.js';

/** Families come by threes and fours; somebody who types ids comes by thousands. */
const PEOPLE_AT_A_PLACE = 1_000;
const MINUTES = 10;

/** One phone that scans for several people, such as a family. */
@ApiTags('ingest')
@Controller('v1/check-ins/group')
export class GroupsController {
  readonly #rate: RateLimit;

  constructor(
    @Inject(CommandBus) private readonly commands: CommandBus,
    @Inject(INGEST_SETTINGS) private readonly settings: IngestSettings,
  ) {
    this.#rate = new RateLimit('groups', PEOPLE_AT_A_PLACE, MINUTES * 60, settings.counts);
  }

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
    const reader = new RowReader(checkIns, zone, isHistory(request) ? ofAnyAge(limits) : limits);
    if (!isGroup(body)) {
      this.settings.counted(checkIns.name, 'rejected', 1);
      throw new RowRefused([{ column: PERSON_IDS, reason: 'is missing', fix: `Give ${PERSON_IDS}.` }]);
    }
    const group = reader.readEach(body);
    if (group.rows.length === 0) {
      this.settings.counted(checkIns.name, 'rejected', 1);
      throw new RowRefused(group.complaints);
    }
    await this.#countAt(group.rows);
    return this.commands.execute(new StoreGroup(group, origin));
  }

  /** @throws HttpException when more people than come with others were scanned at a place in a short time. */
  async #countAt(rows: readonly CheckInRow[]): Promise<void> {
    const placeId = rows[0]?.placeId ?? '';
    if (await this.#rate.passes(placeId, rows.length)) return;
    const message = `More than ${PEOPLE_AT_A_PLACE} people were scanned in groups at ${placeId} within ${MINUTES} minutes.`;
    const fix = 'Send it again later, or their check-ins one by one.';
    throw new HttpException({ message, fix }, HttpStatus.TOO_MANY_REQUESTS);
  }
}
