import { Controller, Get, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiBody, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { bodySchema } from '../../http/body-schema.js';
import { outcomeOf, type Changed } from '../../requests/outcome.js';
import { bodyOf, provenanceOf } from '../../http/requests.js';
import { acceptSetAside } from '../accepting.js';
import { accepting, decision, pausing, readOrder, replaying } from '../fields.js';
import { decide } from '../../alerting/held-cases.js';
import { overview, type OperationTools, type Overview } from '../overview.js';
import { pauseOrResume } from '../pausing.js';
import { replay, type Replayed } from '../replay.js';
import { changed, Operate, OPERATION_TOOLS } from '../../http/operate.js';

/** Alerting as operators see it, and their commands, each of which is an event with a name and a reason. */
@ApiTags('operation')
@Controller('v1/operations')
export class OperationsController {
  constructor(
    @Inject(CommandBus) private readonly commands: CommandBus,
    @Inject(OPERATION_TOOLS) private readonly tools: OperationTools,
  ) {}

  @Get('alerts')
  @ApiOperation({
    operationId: 'alerting',
    summary: 'Queues, providers, failed alerts, held cases and the last commands of operators',
  })
  @ApiOkResponse({ description: 'As it is now.', content: { 'application/json': { schema: { type: 'object' } } } })
  show(): Promise<Overview> {
    return overview(this.tools);
  }

  @Post('alerts/pause')
  @HttpCode(200)
  @ApiOperation({ operationId: 'pause-alerts', summary: 'Keep messages from one provider, or from all' })
  @ApiBody({ schema: bodySchema(pausing) })
  @ApiOkResponse(changed)
  pause(@Req() request: Request): Promise<Changed> {
    return this.#pauseOrResume('Pause', request);
  }

  @Post('alerts/resume')
  @HttpCode(200)
  @ApiOperation({ operationId: 'resume-alerts', summary: 'Let messages go on' })
  @ApiBody({ schema: bodySchema(pausing) })
  @ApiOkResponse(changed)
  resume(@Req() request: Request): Promise<Changed> {
    return this.#pauseOrResume('Resume', request);
  }

  @Post('alerts/replay')
  @HttpCode(200)
  @ApiOperation({ operationId: 'replay-alerts', summary: 'Have failed alerts told again' })
  @ApiBody({ schema: bodySchema(replaying) })
  @ApiOkResponse({
    description: 'How many are told again, and why others are not.',
    schema: {
      type: 'object' as const,
      required: ['replayed', 'kept'],
      properties: {
        replayed: { type: 'integer' as const },
        kept: { type: 'object' as const, additionalProperties: { type: 'integer' as const } },
      },
    },
  })
  replay(@Req() request: Request): Promise<Replayed> {
    const given = readOrder(replaying, bodyOf(request));
    return this.#operate((tools) => replay(tools, given, provenanceOf(request)));
  }

  @Post('set-aside/accept')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'accept-set-aside',
    summary: 'Say of events that are set aside that they stay out: readiness is degraded by them no more',
  })
  @ApiBody({ schema: bodySchema(accepting) })
  @ApiOkResponse({ ...changed, description: 'Durable. Answers that may miss what they say still say so.' })
  async accept(@Req() request: Request): Promise<Changed> {
    const given = readOrder(accepting, bodyOf(request));
    const did = await this.#operate(async ({ store, setAside }) =>
      acceptSetAside(store, await setAside(), given, provenanceOf(request)),
    );
    return outcomeOf(did > 0);
  }

  @Post('cases/:case_id/approve')
  @HttpCode(200)
  @ApiParam({ name: 'case_id', schema: { type: 'string' } })
  @ApiOperation({ operationId: 'approve-alerts', summary: 'Let the alerts of a held case go' })
  @ApiBody({ schema: bodySchema(decision) })
  @ApiOkResponse(changed)
  approve(@Param('case_id') caseId: string, @Req() request: Request): Promise<Changed> {
    return this.#decide('approve', caseId, request);
  }

  @Post('cases/:case_id/refuse')
  @HttpCode(200)
  @ApiParam({ name: 'case_id', schema: { type: 'string' } })
  @ApiOperation({ operationId: 'refuse-alerts', summary: 'Keep the alerts of a held case from going' })
  @ApiBody({ schema: bodySchema(decision) })
  @ApiOkResponse(changed)
  refuse(@Param('case_id') caseId: string, @Req() request: Request): Promise<Changed> {
    return this.#decide('refuse', caseId, request);
  }

  async #pauseOrResume(type: 'Pause' | 'Resume', request: Request): Promise<Changed> {
    const given = readOrder(pausing, bodyOf(request));
    const result = await this.#operate((tools) => pauseOrResume(tools, type, given, provenanceOf(request)));
    return outcomeOf(result.changed);
  }

  async #decide(what: 'approve' | 'refuse', caseId: string, request: Request): Promise<Changed> {
    const { by, note } = readOrder(decision, bodyOf(request));
    await this.#operate(({ store }) => decide(store, what, caseId, { by, note: note ?? '' }, provenanceOf(request)));
    return outcomeOf(true);
  }

  #operate<Result>(does: (tools: OperationTools) => Promise<Result>): Promise<Result> {
    return this.commands.execute(new Operate(does));
  }
}
