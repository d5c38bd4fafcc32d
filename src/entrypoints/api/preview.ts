import { Controller, HttpCode, Inject, Module, Post, Req, type DynamicModule, type Type } from '@nestjs/common';
import { CqrsModule, Query, QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { Readable } from 'node:stream';
import { ofAnyAge, type TimeLimits } from '../../intake/clock.js';
import type { SchemaObject } from '../../http/body-schema.js';
import { jsonSchemaOf } from '../../intake/http/json-schema.js';
import { bodyOf, HISTORY, isHistory, originOf } from '../../http/requests.js';
import { unbroken } from '../../http/unbroken.js';
import { importRows } from '../../intake/import-rows.js';
import { NdjsonSource } from '../../intake/ndjson.js';
import type { RowKind, Rows } from '../../intake/define-rows.js';
import type { Origin } from '../../intake/outcome.js';
import { requireRight } from '../../requests/perform.js';
import { RowRefused } from '../../requests/refusal.js';
import type { Means } from '../../requests/context.js';
import type { Preview } from '../../investigation/preview.js';

export interface PreviewSettings {
  /** Time zone of times without one. */
  zone: string;
  limits: TimeLimits;
  /** Computes what would follow from the rows that `takeIn` stores with the given means; nothing is really stored. */
  previewOf(takeIn: (means: Means) => Promise<void>): Promise<Preview>;
}

const PREVIEW_SETTINGS = Symbol('preview settings');
/** Everything that follows from the rows is held in memory. */
const MOST_ROWS = 10_000;
const LISTED_ERRORS = 1_000;
const NEWLINE = 0x0a;

export interface PreviewAnswer extends Preview {
  rows: number;
  rejected: number;
  errors: { row: number; field: string; reason: string; fix: string }[];
}

const text: SchemaObject = { type: 'string' };
const count: SchemaObject = { type: 'integer', minimum: 0 };
const people = (description: string): SchemaObject => ({ type: 'array', items: text, description });

const previewSchema: SchemaObject = {
  type: 'object',
  required: [
    ...[
      'cases',
      'told',
      'told_again',
      'told_already',
      'taken_back',
      'called_off',
      'not_told',
      'unreached',
      'waiting',
      'messages',
    ],
    ...['graph_behind', 'rows', 'rejected', 'errors'],
  ],
  properties: {
    cases: {
      type: 'object',
      required: ['opened', 'retracted', 'changed'],
      properties: { opened: people('Ids.'), retracted: people('Ids.'), changed: people('Ids.') },
    },
    told: people('Who would be told, by their ids; a person once for each case.'),
    told_again: people('Who was told, and would be told something else.'),
    told_already: people('Contacts to whom what they were told before says enough.'),
    taken_back: people('Who would be told that what they were told holds no longer.'),
    called_off: people('Whose message still waits to go, and would not.'),
    not_told: people('Contacts who are found after their last day, or are cases themselves: nobody tells them.'),
    waiting: { ...count, description: 'Contacts who would wait for a person, since the numbers are unlikely.' },
    messages: {
      type: 'object',
      additionalProperties: count,
      description: 'How many would go, by language; several people of a phone are told with one.',
    },
    unreached: people('Who should be told, and has no phone, or one that takes no SMS.'),
    graph_behind: {
      type: 'boolean',
      description: 'Whether the contact graph has yet to take in what the log holds, and may know of more in a moment.',
    },
    rows: count,
    rejected: count,
    errors: {
      type: 'array',
      description: 'Of rows that would be refused.',
      items: {
        type: 'object',
        required: ['row', 'field', 'reason', 'fix'],
        properties: { row: { type: 'integer', minimum: 1 }, field: text, reason: text, fix: text },
      },
    },
  },
};

/** A controller that answers what rows of a kind would lead to, without storing them. */
function previewController({ name, permission }: Rows, kind: RowKind): Type<unknown> {
  @ApiTags('ingest')
  @Controller(`v1/${name}/preview`)
  class PreviewController {
    constructor(
      @Inject(QueryBus) private readonly queries: QueryBus,
      @Inject(PREVIEW_SETTINGS) private readonly settings: PreviewSettings,
    ) {}

    @Post()
    @HttpCode(200)
    @ApiOperation({
      operationId: `post-${name}-preview`,
      summary: `Say who would be told because of these ${name}, and store nothing`,
      description:
        `As POST /v1/${name}, of ${MOST_ROWS.toLocaleString('en')} rows at most: which cases would be opened, changed and ` +
        'retracted, and who would get a message, another one, or a withdrawal. It is computed by the code that does it, ' +
        'on the current log and contact graph.',
    })
    @ApiConsumes('application/json', 'application/x-ndjson')
    @ApiQuery(HISTORY)
    @ApiBody({ schema: jsonSchemaOf(kind) })
    @ApiOkResponse({ description: 'Nothing was stored.', schema: previewSchema })
    async preview(@Req() request: Request): Promise<PreviewAnswer> {
      const { limits } = this.settings;
      const { provenance } = originOf(request);
      const history = isHistory(request);
      const batch = request.is('application/x-ndjson');
      const lines = batch ? await bounded(name, unbroken(request)) : [Buffer.from(JSON.stringify(bodyOf(request)))];
      return this.queries.execute(
        new PreviewRows(permission, kind, lines, { provenance }, history ? ofAnyAge(limits) : limits),
      );
    }
  }
  Object.defineProperty(PreviewController, 'name', { value: `PreviewController(${name})` });
  return PreviewController;
}

/** Query for what rows would lead to. */
class PreviewRows extends Query<PreviewAnswer> {
  constructor(
    readonly permission: string,
    readonly kind: RowKind,
    readonly lines: readonly Buffer[],
    readonly origin: Origin,
    readonly limits: TimeLimits,
  ) {
    super();
  }
}

@QueryHandler(PreviewRows)
class PreviewRowsHandler implements IQueryHandler<PreviewRows> {
  /** Previews run one after another, since each may trace many cases. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(@Inject(PREVIEW_SETTINGS) private readonly settings: PreviewSettings) {}

  async execute({ permission, kind, lines, origin, limits }: PreviewRows): Promise<PreviewAnswer> {
    requireRight(permission);
    const { zone, previewOf } = this.settings;
    const errors: PreviewAnswer['errors'] = [];
    let counted = { rows: 0, rejected: 0 };
    const takeIn = async (means: Means) => {
      const summary = await importRows({
        ...{ means, kind, origin, zone, limits },
        source: new NdjsonSource(Readable.from(lines)),
        onRejected: (row, complaints) => {
          for (const { column, reason, fix } of complaints) {
            if (errors.length < LISTED_ERRORS) errors.push({ row, field: column, reason, fix });
          }
        },
      });
      counted = { rows: summary.rows, rejected: summary.rejected };
    };
    const preview = this.#last.then(() => previewOf(takeIn));
    this.#last = preview.catch(() => {});
    return { ...(await preview), ...counted, errors: errors.sort((a, b) => a.row - b.row) };
  }
}

/** Reads the whole body. @throws RowRefused when it has more than MOST_ROWS rows */
async function bounded(kind: string, lines: AsyncIterable<Buffer | string>): Promise<Buffer[]> {
  const read: Buffer[] = [];
  let rows = 0;
  for await (const chunk of lines) {
    const bytes = Buffer.from(chunk);
    for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) rows++;
    if (rows > MOST_ROWS) {
      const fix = `Send fewer, or preview the file with npx truyvet import ${kind} FILE --preview.`;
      throw new RowRefused([{ column: 'body', reason: `has more than ${MOST_ROWS} rows`, fix }]);
    }
    read.push(bytes);
  }
  return read;
}

@Module({})
export class PreviewModule {
  /** @param rows all kinds of rows, each with how it is stored; only some can be previewed. */
  static with(settings: PreviewSettings, rows: readonly (readonly [Rows, RowKind])[]): DynamicModule {
    const previewed = rows.filter(([described]) => described.previewed);
    return {
      module: PreviewModule,
      imports: [CqrsModule],
      controllers: previewed.map(([described, kind]) => previewController(described, kind)),
      providers: [{ provide: PREVIEW_SETTINGS, useValue: settings }, PreviewRowsHandler],
    };
  }
}
