import { NotKnown } from '../../kernel/errors.js';
import { Controller, Get, Inject, NotFoundException, Req, type Type } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiQuery, ApiTags, type ApiQueryOptions } from '@nestjs/swagger';
import type { Request } from 'express';
import { z } from 'zod';
import { QUESTIONS } from '../all.js';
import { ASKED, type Kind, type Parameter, type QuestionName } from '../asked.js';
import { readParameters } from '../parameters.js';
import { Ask, QUESTION_SETTINGS, type QuestionSettings } from './ask.js';

type SchemaObject = NonNullable<Extract<ApiQueryOptions, { schema?: unknown }>['schema']>;

/** One question of a tracing team by HTTP. */
export function questionController(name: QuestionName): Type<unknown> {
  const { summary, parameters } = ASKED[name];

  @ApiTags('questions')
  @Controller(`v1/questions/${name}`)
  class QuestionController {
    constructor(
      @Inject(QueryBus) private readonly queries: QueryBus,
      @Inject(QUESTION_SETTINGS) private readonly settings: QuestionSettings,
    ) {}

    @Get()
    @ApiOperation({ operationId: `ask-${name}`, summary })
    @ApiOkResponse({ description: 'The answer.', schema: schemaOf(QUESTIONS[name].answer) })
    async ask(@Req() request: Request): Promise<unknown> {
      const given = readParameters(name, request.query, this.settings.zone);
      try {
        return await this.queries.execute(new Ask(name, given));
      } catch (error) {
        if (error instanceof NotKnown) throw new NotFoundException({ message: error.message, fix: error.fix });
        throw error;
      }
    }
  }
  for (const [key, parameter] of Object.entries<Parameter>(parameters)) {
    ApiQuery({
      name: key,
      required: parameter.required,
      description: described(parameter),
      schema: parameterSchema(parameter),
    })(QuestionController.prototype, 'ask', descriptorOf(QuestionController));
  }
  Object.defineProperty(QuestionController, 'name', { value: `QuestionController(${name})` });
  return QuestionController;
}

function descriptorOf(controller: Type<unknown>): PropertyDescriptor {
  return Object.getOwnPropertyDescriptor(controller.prototype, 'ask') as PropertyDescriptor;
}

function described({ help }: Parameter): string {
  return `${help[0]?.toUpperCase()}${help.slice(1)}.`;
}

const SCHEMAS: Record<Kind, SchemaObject> = {
  id: { type: 'string' },
  case: { type: 'string' },
  'person-or-case': { type: 'string' },
  'people-or-cases': { type: 'string' },
  name: { type: 'string' },
  instant: { type: 'string', description: 'ISO 8601.' },
  count: { type: 'integer', minimum: 1 },
  days: { type: 'number', minimum: 0 },
  cursor: { type: 'string' },
  day: { type: 'string', format: 'date' },
  choice: { type: 'string' },
  flag: { type: 'boolean' },
};

function parameterSchema({ kind, otherwise, most, choices }: Parameter): SchemaObject {
  return {
    ...SCHEMAS[kind],
    ...(most === undefined ? {} : { maximum: most }),
    ...(choices === undefined ? {} : { enum: [...choices] }),
    ...(otherwise === undefined ? {} : { default: otherwise }),
  };
}

function schemaOf(answer: z.ZodType): SchemaObject {
  return z.toJSONSchema(answer, { io: 'output', target: 'openapi-3.0' }) as SchemaObject;
}
