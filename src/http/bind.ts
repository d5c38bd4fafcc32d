import { RowRefused } from '../requests/refusal.js';
import { Controller, Get, HttpCode, Inject, Module, Post, Req, type DynamicModule, type Type } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import {
  ApiBody,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiQuery,
  ApiTags,
} from '@nestjs/swagger';
import type { Request as HttpRequest } from 'express';
import type { z } from 'zod';
import type { Fields } from '../kernel/fields.js';
import type { Contexts } from '../requests/context.js';
import { pathFields, type Request } from '../requests/define.js';
import { fromText } from '../requests/from-text.js';
import { schemaOf } from '../requests/schema.js';
import { answerSchema, bodySchema } from './body-schema.js';
import { Ask, BusesModule, Do } from './buses.js';
import { querySchema } from './query-schema.js';
import { bodyOf, provenanceOf } from './requests.js';

const CONTEXTS = Symbol('contexts');

type Routed = Request & { http: NonNullable<Request['http']> };
const isRouted = (request: Request): request is Routed => request.http !== undefined;

/** The routes of the modules' requests: POST for commands, GET for questions. */
@Module({})
export class RequestsModule {
  static async with(requests: readonly Request[], contexts: Contexts): Promise<DynamicModule> {
    const routed = requests.filter(isRouted);
    const answers: z.ZodType[] = [];
    // One at a time, because they import many of the same files.
    for (const { answer } of routed) answers.push(await answer());
    return {
      module: RequestsModule,
      imports: [BusesModule],
      controllers: routed.map((request, i) => controllerOf(request, answers[i] as z.ZodType)),
      providers: [{ provide: CONTEXTS, useValue: contexts }],
    };
  }
}

function controllerOf(request: Routed, answer: z.ZodType): Type<unknown> {
  const { http, kind, name, says } = request;
  const route = http.path.replaceAll(/\{(\w+)\}/g, ':$1');

  @ApiTags(http.tag)
  @Controller(`v1/${route}`)
  class RequestController {
    constructor(
      @Inject(CommandBus) private readonly commands: CommandBus,
      @Inject(QueryBus) private readonly queries: QueryBus,
      @Inject(CONTEXTS) private readonly contexts: Contexts,
    ) {}

    @ApiOperation({ operationId: name, summary: sentence(says) })
    @ApiOkResponse({ description: kind === 'command' ? 'Durable.' : 'The answer.', schema: answerSchema(answer) })
    handle(@Req() asked: HttpRequest): Promise<unknown> {
      const given = kind === 'command' ? { ...objectOf(bodyOf(asked)) } : queried(request.fields, asked.query);
      requireOnce(given, asked.params);
      Object.assign(given, asked.params);
      const context = this.contexts.for(provenanceOf(asked));
      if (kind === 'command') return this.commands.execute(new Do(request, context, given));
      return this.queries.execute(new Ask(request, context, given));
    }
  }
  const method = Object.getOwnPropertyDescriptor(RequestController.prototype, 'handle') as PropertyDescriptor;
  const decorators =
    kind === 'command' ? [Post(), HttpCode(200), ...bodyOfFields(request)] : [Get(), ...query(request)];
  for (const decorate of [...decorators, ...path(request)]) decorate(RequestController.prototype, 'handle', method);
  Object.defineProperty(RequestController, 'name', { value: `RequestController(${name})` });
  return RequestController;
}

const sentence = (says: string): string => `${says[0]?.toUpperCase()}${says.slice(1)}`;

/** @throws RowRefused when a field of the path is given again, since the two values may differ */
function requireOnce(given: object, params: object): void {
  const twice = Object.keys(params).filter((name) => Object.hasOwn(given, name));
  if (twice.length === 0) return;
  throw new RowRefused(twice.map((column) => ({ column, reason: 'is already in the path', fix: `Omit ${column}.` })));
}

/** Converts the query string into the values of the fields. @throws RowRefused when a field is given twice */
function queried(fields: Fields, query: HttpRequest['query']): Record<string, unknown> {
  const twice = Object.keys(query).filter((name) => typeof query[name] !== 'string');
  if (twice.length > 0) {
    throw new RowRefused(twice.map((column) => ({ column, reason: 'is given twice', fix: `Give one ${column}.` })));
  }
  const read = Object.entries(query).map(([name, text]) => {
    const field = fields[name];
    return [name, field ? fromText(field, text) : text];
  });
  return Object.fromEntries(read) as Record<string, unknown>;
}

/** A body that is not an object counts as one without fields, so the refusal names the missing fields. */
const objectOf = (body: unknown): object => (typeof body === 'object' && body !== null ? body : {});

function path({ http, fields, ...request }: Routed): MethodDecorator[] {
  const notKnown = http.notKnown === undefined ? [] : [ApiNotFoundResponse({ description: http.notKnown })];
  const params = pathFields({ ...request, http }).map((name) =>
    ApiParam({ name, schema: { type: 'string' }, description: `${sentence(fields[name]?.help ?? '')}.` }),
  );
  return [...params, ...notKnown];
}

function restOf(request: Request): Fields {
  const inPath = pathFields(request);
  return Object.fromEntries(Object.entries(request.fields).filter(([name]) => !inPath.includes(name)));
}

function bodyOfFields(request: Request): MethodDecorator[] {
  return [ApiBody({ schema: bodySchema(schemaOf(restOf(request), 'UTC')) })];
}

function query(request: Request): MethodDecorator[] {
  return Object.entries(restOf(request)).map(([name, field]) =>
    ApiQuery({
      ...{ name, required: field.required, description: `${sentence(field.help)}.` },
      schema: querySchema(field),
    }),
  );
}
