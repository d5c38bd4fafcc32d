import { Controller, HttpCode, Inject, Module, Post, Req, type DynamicModule, type Type } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { Readable } from 'node:stream';
import { ofAnyAge, type TimeLimits } from '../../intake/clock.js';
import type { SchemaObject } from '../../http/body-schema.js';
import { jsonSchemaOf } from '../../intake/http/json-schema.js';
import { AskRead, BusesModule } from '../../http/buses.js';
import { bodyOf, HISTORY, isHistory, originOf } from '../../http/requests.js';
import { unbroken } from '../../http/unbroken.js';
import { importRows } from '../../intake/import-rows.js';
import { NdjsonSource } from '../../intake/ndjson.js';
import type { RowKind, Rows } from '../../intake/define-rows.js';
import { contextOf, type Means } from '../../requests/context.js';
import { defineQuestionOf, type Operation } from '../../requests/define.js';
import { RowRefused } from '../../requests/refusal.js';
import { previewAnswer, type PreviewAnswer } from '../preview-answer.js';
import type { Preview } from '../../investigation/preview.js';

export interface PreviewSettings {
  means: Means;
  /** Time zone of times without one. */
  zone: string;
  limits: TimeLimits;
  /** Computes what would follow from the rows that `takeIn` stores with the given means; nothing is really stored. */
  previewOf(takeIn: (means: Means) => Promise<void>): Promise<Preview>;
}

const PREVIEW_SETTINGS = Symbol('preview settings');
/** Everything that follows from the rows is held in memory. */
const MOST_ROWS = 10_000;
const NEWLINE = 0x0a;

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
    told: people('Ids of the people who would be notified; a person is listed once for each case.'),
    told_again: people('People who were notified before and would get another message.'),
    told_already: people('Contacts for whom an earlier message says enough.'),
    taken_back: people('People who would get a message that an earlier message no longer applies.'),
    called_off: people('People whose message still waits and would not be sent.'),
    not_told: people('Contacts who are found after their last day, or are cases themselves: they get no message.'),
    waiting: { ...count, description: 'Number of contacts who would wait for approval: the numbers are unlikely.' },
    messages: {
      type: 'object',
      additionalProperties: count,
      description: 'Number of messages by language; several people who share a phone get one message.',
    },
    unreached: people('People who should get a message but have no phone, or one that cannot receive SMS.'),
    graph_behind: {
      type: 'boolean',
      description: 'Whether the contact graph is behind the log; a later preview may then find more.',
    },
    rows: count,
    rejected: count,
    errors: {
      type: 'array',
      description: 'Errors of rows that would be refused.',
      items: {
        type: 'object',
        required: ['row', 'field', 'reason', 'fix'],
        properties: { row: { type: 'integer', minimum: 1 }, field: text, reason: text, fix: text },
      },
    },
  },
};

/** A controller that answers what rows of a kind would lead to, without storing them. */
function previewController({ name, permission }: Rows, kind: RowKind, inTurn: InTurn): Type<unknown> {
  @ApiTags('ingest')
  @Controller(`v1/${name}/preview`)
  class PreviewController {
    readonly #preview: Operation<Previewed, PreviewAnswer>;

    constructor(
      @Inject(QueryBus) private readonly queries: QueryBus,
      @Inject(PREVIEW_SETTINGS) private readonly settings: PreviewSettings,
    ) {
      this.#preview = definePreview({ name, permission }, kind, settings, inTurn);
    }

    @Post()
    @HttpCode(200)
    @ApiOperation({
      operationId: `post-${name}-preview`,
      summary: `Preview who would be notified because of these ${name}; nothing is stored`,
      description:
        `Like POST /v1/${name}, for at most ${MOST_ROWS.toLocaleString('en')} rows: the cases that it would open, ` +
        'change and retract, and who would get a message, another one, or a withdrawal. It runs the same code, ' +
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
      const asked = { lines, limits: history ? ofAnyAge(limits) : limits };
      return this.queries.execute(new AskRead(this.#preview, contextOf(this.settings.means, provenance), asked));
    }
  }
  Object.defineProperty(PreviewController, 'name', { value: `PreviewController(${name})` });
  return PreviewController;
}

/** The rows of a preview, one a line. */
interface Previewed {
  lines: readonly Buffer[];
  limits: TimeLimits;
}

type InTurn = <T>(run: () => Promise<T>) => Promise<T>;

/** Runs one after another. */
function inTurns(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (run) => {
    const next = last.then(run);
    last = next.catch(() => {});
    return next;
  };
}

function definePreview(
  { name, permission }: Pick<Rows, 'name' | 'permission'>,
  kind: RowKind,
  { zone, previewOf }: PreviewSettings,
  inTurn: InTurn,
): Operation<Previewed, PreviewAnswer> {
  return defineQuestionOf({
    ...{ name: `post-${name}-preview`, permission },
    handle: ({ provenance }, { lines, limits }) => {
      const takeIn = (means: Means) =>
        importRows({
          ...{ means, kind, origin: { provenance }, zone, limits },
          source: new NdjsonSource(Readable.from(lines)),
        });
      return inTurn(() => previewAnswer(takeIn, previewOf));
    },
  });
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
    // Each may trace many cases.
    const inTurn = inTurns();
    return {
      module: PreviewModule,
      imports: [BusesModule],
      controllers: previewed.map(([described, kind]) => previewController(described, kind, inTurn)),
      providers: [{ provide: PREVIEW_SETTINGS, useValue: settings }],
    };
  }
}
