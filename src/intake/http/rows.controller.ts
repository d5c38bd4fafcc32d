import { Controller, HttpCode, Inject, Post, Req, type Type } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiBody, ApiConsumes, ApiHeader, ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { ofAnyAge } from '../clock.js';
import { PERSON_IDS, type RowKind, type Rows } from '../define-rows.js';
import { isGroup } from '../groups.js';
import { RowRefused } from '../../requests/refusal.js';
import { RowReader } from '../read-rows.js';
import { batchSchema, storedSchema } from './answer-schemas.js';
import { DoRead } from '../../http/buses.js';
import { bodyOf, HISTORY, isHistory, originOf } from '../../http/requests.js';
import { contextOf } from '../../requests/context.js';
import { INGEST_SETTINGS, storeRows, type BatchAnswer, type IngestSettings, type Stored } from './commands.js';
import { jsonSchemaOf } from './json-schema.js';

/** The controller of one kind of rows: one row as JSON, or a batch of any length with one row per line. */
export function rowsController(described: Rows, kind: RowKind): Type<unknown> {
  const { name, title } = described;

  @ApiTags('ingest')
  @Controller(`v1/${name}`)
  class RowsController {
    readonly #reader: RowReader<unknown>;
    readonly #historyReader: RowReader<unknown>;
    readonly #store: ReturnType<typeof storeRows>;

    constructor(
      @Inject(CommandBus) private readonly commands: CommandBus,
      @Inject(INGEST_SETTINGS) private readonly settings: IngestSettings,
    ) {
      this.#reader = new RowReader<unknown>(kind, settings.zone, settings.limits);
      this.#historyReader = new RowReader<unknown>(kind, settings.zone, ofAnyAge(settings.limits));
      this.#store = storeRows(described, kind, settings);
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
      const { provenance, key } = originOf(request);
      const context = contextOf(this.settings.means, provenance);
      const history = isHistory(request);
      if (request.is('application/x-ndjson')) {
        const { limits } = this.settings;
        const batch = { lines: request, limits: history ? ofAnyAge(limits) : limits };
        return this.commands.execute(new DoRead(this.#store, context, { read: batch, key }));
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
      return this.commands.execute(new DoRead(this.#store, context, { read, key }));
    }
  }
  Object.defineProperty(RowsController, 'name', { value: `RowsController(${name})` });
  return RowsController;
}
