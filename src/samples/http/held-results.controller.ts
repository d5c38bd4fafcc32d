import { Controller, Get, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiBody, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { bodySchema } from '../../http/body-schema.js';
import { outcomeOf, type Changed } from '../../http/outcome.js';
import { bodyOf, provenanceOf } from '../../http/requests.js';
import { readOrder, settling } from '../../operations/fields.js';
import { settleHeld } from '../held-results.js';
import { heldResultsShown, type HeldResultShown, type OperationTools } from '../../operations/overview.js';
import { changed, Operate, OPERATION_TOOLS } from '../../http/operate.js';

const text = { type: 'string' as const };
const row = {
  type: 'object' as const,
  required: ['sample_id', 'person_id', 'disease', 'collected_at', 'doubts'],
  properties: {
    sample_id: text,
    person_id: text,
    disease: text,
    collected_at: text,
    doubts: { type: 'array' as const, items: text, description: 'What is impossible under the profile, in sentences.' },
  },
};
const list = {
  type: 'object' as const,
  required: ['items'],
  properties: { items: { type: 'array' as const, items: row } },
};
/** More than anybody mistypes. */
const MOST = 10_000;
const FLAGS = { person: 'person_id', disease: 'disease', list: 'GET /v1/operations/held-results' };

/** Results of which the profile makes a date impossible: they count for nothing until a person has looked at them. */
@ApiTags('operation')
@Controller('v1/operations/held-results')
export class HeldResultsController {
  constructor(
    @Inject(CommandBus) private readonly commands: CommandBus,
    @Inject(OPERATION_TOOLS) private readonly tools: OperationTools,
  ) {}

  @Get()
  @ApiOperation({
    operationId: 'held-results',
    summary: 'Results that wait for a person, and what is impossible in each',
  })
  @ApiOkResponse({ description: 'By when they were taken.', schema: list })
  async list(): Promise<{ items: HeldResultShown[] }> {
    return { items: await heldResultsShown(this.tools.graph, MOST) };
  }

  @Post(':sample_id/release')
  @HttpCode(200)
  @ApiParam({ name: 'sample_id', schema: { type: 'string' } })
  @ApiOperation({ operationId: 'release-held-result', summary: 'Have a result count as it stands' })
  @ApiBody({ schema: bodySchema(settling) })
  @ApiOkResponse(changed)
  release(@Param('sample_id') sampleId: string, @Req() request: Request): Promise<Changed> {
    return this.#settle('release', sampleId, request);
  }

  @Post(':sample_id/refuse')
  @HttpCode(200)
  @ApiParam({ name: 'sample_id', schema: { type: 'string' } })
  @ApiOperation({
    operationId: 'refuse-held-result',
    summary: 'Have a result count for nothing; the laboratory may report another',
  })
  @ApiBody({ schema: bodySchema(settling) })
  @ApiOkResponse(changed)
  refuse(@Param('sample_id') sampleId: string, @Req() request: Request): Promise<Changed> {
    return this.#settle('refuse', sampleId, request);
  }

  async #settle(what: 'release' | 'refuse', sampleId: string, request: Request): Promise<Changed> {
    const given = readOrder(settling, bodyOf(request));
    const did = await this.commands.execute(
      new Operate(({ store }) => settleHeld(store, what, sampleId, given, provenanceOf(request), FLAGS)),
    );
    return outcomeOf(did);
  }
}
