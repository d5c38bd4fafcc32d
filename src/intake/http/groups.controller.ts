import { Controller, HttpCode, Inject, Post, Req, type Type } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiBody, ApiConsumes, ApiHeader, ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { DoRead } from '../../http/buses.js';
import { contextOf } from '../../requests/context.js';
import { bodyOf, HISTORY, isHistory, originOf } from '../../http/requests.js';
import { TOO_MANY } from '../../http/problems.js';
import { refused } from '../../kernel/errors.js';
import { RateLimit } from '../../platform/rate.js';
import { RowRefused } from '../../requests/refusal.js';
import { ofAnyAge } from '../clock.js';
import { PERSON_IDS, type Rows } from '../define-rows.js';
import { isGroup } from '../groups.js';
import { RowReader } from '../read-rows.js';
import { groupJsonSchema, groupSchema } from './answer-schemas.js';
import { INGEST_SETTINGS, type IngestSettings } from './commands.js';
import { storeGroup, type GroupAnswer, type GroupKind } from './store-group.js';

/** Families are groups of three or four people; somebody who types in ids sends thousands. */
const PEOPLE_AT_A_PLACE = 1_000;
const MINUTES = 10;

/** The controller for one phone that scans for several people, such as a family. */
export function groupsController(described: Rows & Required<Pick<Rows, 'groups'>>, kind: GroupKind): Type<unknown> {
  const { name, groups } = described;

  @ApiTags('ingest')
  @Controller(`v1/${name}/group`)
  class GroupsController {
    readonly #rate: RateLimit;
    readonly #store: ReturnType<typeof storeGroup>;

    constructor(
      @Inject(CommandBus) private readonly commands: CommandBus,
      @Inject(INGEST_SETTINGS) private readonly settings: IngestSettings,
    ) {
      this.#rate = new RateLimit('groups', PEOPLE_AT_A_PLACE, MINUTES * 60, settings.counts);
      this.#store = storeGroup(described, kind, settings);
    }

    @Post()
    @HttpCode(200)
    @ApiOperation({
      operationId: groups.name,
      summary: groups.title,
      description:
        'Each person gets a separate visit, to be ended or corrected on its own. Sent again, the same facts change ' +
        `nothing. People who are not accepted are listed by id, and the others are stored. In batches of ${name}, ` +
        'a line may also have person_ids.',
    })
    @ApiConsumes('application/json')
    @ApiQuery(HISTORY)
    @ApiHeader({ name: 'Idempotency-Key', required: false, description: `The same as for single ${name}.` })
    @ApiBody({ schema: groupJsonSchema(kind) })
    @ApiOkResponse({ description: 'Durable.', schema: groupSchema })
    async post(@Req() request: Request): Promise<GroupAnswer> {
      const { provenance, key } = originOf(request);
      const { means, zone, limits } = this.settings;
      const body = bodyOf(request);
      const reader = new RowReader<unknown>(kind, zone, isHistory(request) ? ofAnyAge(limits) : limits);
      if (!isGroup(body)) {
        this.settings.counted(name, 'rejected', 1);
        throw new RowRefused([{ column: PERSON_IDS, reason: 'is missing', fix: `Give ${PERSON_IDS}.` }]);
      }
      const group = reader.readEach(body);
      if (group.rows.length === 0) {
        this.settings.counted(name, 'rejected', 1);
        throw new RowRefused(group.complaints);
      }
      await this.#countAt(group.rows);
      return this.commands.execute(new DoRead(this.#store, contextOf(means, provenance), { read: group, key }));
    }

    /** @throws Refused when more people were scanned in groups at a place in a short time than is likely. */
    async #countAt(rows: readonly unknown[]): Promise<void> {
      const placeId = kind.groups.at(rows[0]);
      if (await this.#rate.passes(placeId, rows.length)) return;
      const message = `More than ${PEOPLE_AT_A_PLACE} people were scanned in groups at ${placeId} within ${MINUTES} minutes.`;
      const fix = 'Send it again later, or send the check-ins one by one.';
      throw refused(TOO_MANY, message, fix);
    }
  }
  Object.defineProperty(GroupsController, 'name', { value: `GroupsController(${name})` });
  return GroupsController;
}
