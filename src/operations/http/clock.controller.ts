import { Controller, Get, HttpCode, Inject, Post, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiBody, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { bodySchema } from '../../http/body-schema.js';
import { outcomeOf, type Changed } from '../../requests/outcome.js';
import { bodyOf, provenanceOf } from '../../http/requests.js';
import { confirming, readOrder } from '../fields.js';
import { clockShown, type ClockShown } from '../clock.js';
import type { OperationTools } from '../overview.js';
import { changed, Operate, OPERATION_TOOLS } from '../../http/operate.js';

const nullable = { nullable: true } as const;
const text = { type: 'string' as const };

const shown = {
  type: 'object' as const,
  required: ['clock', 'last_event', 'doubt'],
  properties: {
    clock: { ...text, description: 'What the clock of the API says.' },
    last_event: { ...text, ...nullable, description: 'When the log took its last event; null where it is empty.' },
    doubt: {
      ...nullable,
      type: 'object' as const,
      description: 'Null while the clock is believed.',
      required: ['direction', 'known', 'says'],
      properties: {
        direction: { ...text, enum: ['behind', 'ahead'] },
        known: { ...text, description: 'What has been already, by the clock that holds.' },
        says: { ...text, description: 'The same in words.' },
      },
    },
  },
};

/** The clock, which may contradict the log, and who says that it is right. */
@ApiTags('operation')
@Controller('v1/operations/clock')
export class ClockController {
  constructor(
    @Inject(CommandBus) private readonly commands: CommandBus,
    @Inject(OPERATION_TOOLS) private readonly tools: OperationTools,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'clock', summary: 'What the clock says beside the log, and whether it is in doubt' })
  @ApiOkResponse({ description: 'As it is now.', schema: shown })
  show(): Promise<ClockShown> {
    return clockShown(this.tools.clockGuard);
  }

  @Post('confirm')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'confirm-clock',
    summary: 'Say that the clock is right: what waited for that goes on',
    description:
      'While the clock of the API contradicts the log, new facts are answered with 503 and the type ' +
      '`urn:truyvet:problem:clock-in-doubt`. Where the clock is wrong, set it right instead.',
  })
  @ApiBody({ schema: bodySchema(confirming) })
  @ApiOkResponse({ ...changed, description: 'Durable. unchanged: nothing was in doubt.' })
  async confirm(@Req() request: Request): Promise<Changed> {
    const given = readOrder(confirming, bodyOf(request));
    const did = await this.commands.execute(
      new Operate(({ clockGuard }) => clockGuard.confirm(given, provenanceOf(request))),
    );
    return outcomeOf(did);
  }
}
