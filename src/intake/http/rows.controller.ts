import { Controller, HttpCode, Inject, Post, Req, type Type } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiBody, ApiConsumes, ApiHeader, ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { ofAnyAge } from '../clock.js';
import { PERSON_IDS, type RowKind, type Rows } from '../define-rows.js';
import { isGroup } from '../groups.js';
import { RowRefused } from '../../requests/refusal.js';
import { RowReader } from '../read-rows.js';
import { batchSchema, storedSchema } from './answers.js';
import {
  INGEST_SETTINGS,
  StoreBatch,
  StoreRow,
  type BatchAnswer,
  type IngestSettings,
  type Stored,
} from './commands.js';
import { bodyOf, HISTORY, isHistory, originOf } from '../../http/requests.js';
import { jsonSchemaOf } from './json-schema.js';

/** The controller of one kind of rows: one row as JSON, or a batch of any length with one row per line. */
export function rowsController({ name, permission, title }: Rows, kind: RowKind): Type<unknown> {
  @ApiTags('ingest')
  @Controller(`v1/${name}`)
  class RowsController {
    readonly #reader: RowReader<unknown>;
    readonly #historyReader: RowReader<unknown>;

    constructor(
      @Inject(CommandBus) private readonly commands: CommandBus,
      @Inject(INGEST_SETTINGS) private readonly settings: IngestSettings,
    ) {
      this.#reader = new RowReader<unknown>(kind, settings.zone, settings.limits);
      this.#historyReader = new RowReader<unknown>(kind, settings.zone, ofAnyAge(settings.limits));
    }

    @Post()
    @HttpCode(200)
    @ApiOperation({
      operationId: `post-${name}`,
      summary: title,
      description:
        'One object as application/json, or one per line as application/x-ndjson: good lines of a batch are stored, ' +
        'and the others are listed. Sent again, the same facts change nothing. Optional fields may be absent, ' +
        'null or empty.',
    })
    @ApiConsumes('application/json', 'application/x-ndjson')
    @ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description: 'Makes check-ins, proximity and results a new statement, to restore a value that was stated before.',
    })
    @ApiQuery(HISTORY)
    @ApiBody({ schema: jsonSchemaOf(kind) })
    @ApiOkResponse({
      description: 'Stored durably. The first schema answers one object, the second a batch.',
      schema: { oneOf: [storedSchema, batchSchema] },
    })
    post(@Req() request: Request): Promise<Stored | BatchAnswer> {
      const origin = originOf(request);
      const history = isHistory(request);
      if (request.is('application/x-ndjson')) {
        const { limits } = this.settings;
        return this.commands.execute(
          new StoreBatch(permission, kind, request, origin, history ? ofAnyAge(limits) : limits),
        );
      }
      const body = bodyOf(request);
      if (kind.groups && isGroup(body)) {
        const fix = `Post it to /v1/${name}/group, or as a line of a batch.`;
        throw new RowRefused([{ column: PERSON_IDS, reason: 'is for several people', fix }]);
      }
      const read = (history ? this.#historyReader : this.#reader).read(body);
      if ('complaints' in read) {
        this.settings.counted(name, 'rejected', 1);
        throw new RowRefused(read.complaints);
      }
      return this.commands.execute(new StoreRow(permission, kind, read, origin));
    }
  }
  Object.defineProperty(RowsController, 'name', { value: `RowsController(${name})` });
  return RowsController;
}
