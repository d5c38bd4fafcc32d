import { Controller, HttpCode, Inject, Param, Post, Req, type Type } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiBody, ApiHeader, ApiOkResponse, ApiOperation, ApiParam, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { DoRead } from '../../http/buses.js';
import { contextOf } from '../../requests/context.js';
import { bodyOf, HISTORY, isHistory, originOf } from '../../http/requests.js';
import { ofAnyAge } from '../clock.js';
import type { Statement, StatementKind } from '../define-rows.js';
import { ShapeReader } from '../read-rows.js';
import { statedSchema } from './answer-schemas.js';
import { INGEST_SETTINGS, type IngestSettings } from './commands.js';
import { jsonSchemaOf } from './json-schema.js';
import { storeStatement, type Stated } from './store-statement.js';

/** The controller of one statement. */
export function statementsController(described: Statement, kind: StatementKind): Type<unknown> {
  const { name, title, path, about, history } = described;

  @ApiTags('ingest')
  @Controller(`v1/${path.replaceAll(/\{(\w+)\}/g, ':$1')}`)
  class StatementsController {
    readonly #store: ReturnType<typeof storeStatement>;

    constructor(
      @Inject(CommandBus) private readonly commands: CommandBus,
      @Inject(INGEST_SETTINGS) private readonly settings: IngestSettings,
    ) {
      this.#store = storeStatement(described, kind, settings);
    }

    @Post()
    @HttpCode(200)
    @ApiOperation({ operationId: name, summary: title })
    @ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description: 'Makes it a new statement, to restore facts that were stated before.',
    })
    @ApiBody({ schema: jsonSchemaOf(kind) })
    @ApiOkResponse({ description: 'Durable.', schema: statedSchema })
    post(@Param() named: Record<string, string>, @Req() request: Request): Promise<Stated> {
      const { means, zone, limits } = this.settings;
      const reader = new ShapeReader<unknown>(kind, zone, isHistory(request) ? ofAnyAge(limits) : limits);
      const read = reader.read(bodyOf(request));
      const { provenance, key } = originOf(request);
      const context = contextOf(means, provenance);
      return this.commands.execute(new DoRead(this.#store, context, { about: named, read, key }));
    }
  }
  const method = Object.getOwnPropertyDescriptor(StatementsController.prototype, 'post') as PropertyDescriptor;
  const params = Object.entries(about).map(([param, description]) =>
    ApiParam({ name: param, schema: { type: 'string' }, description }),
  );
  for (const decorate of [...params, ...(history ? [ApiQuery(HISTORY)] : [])]) {
    decorate(StatementsController.prototype, 'post', method);
  }
  Object.defineProperty(StatementsController, 'name', { value: `StatementsController(${name})` });
  return StatementsController;
}
