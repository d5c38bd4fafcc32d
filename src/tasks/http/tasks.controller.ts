import { Controller, HttpCode, Inject, NotFoundException, Param, Post, Req } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiBody, ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { bodySchema } from '../../http/body-schema.js';
import { outcomeSchema, outcomeOf, type Changed } from '../../http/outcome.js';
import { bodyOf, provenanceOf } from '../../http/requests.js';
import { NotKnown } from '../../investigation/question.js';
import { closeTask, closure, readSaid, reopening, reopenTask, type TaskTools } from '../closing.js';

export const TASK_TOOLS = Symbol('task tools');

/** Something is said of a task. */
export class ChangeTask extends Command<boolean> {
  constructor(readonly change: (tools: TaskTools) => Promise<boolean>) {
    super();
  }
}

@CommandHandler(ChangeTask)
export class ChangeTaskHandler implements ICommandHandler<ChangeTask> {
  constructor(@Inject(TASK_TOOLS) private readonly tools: TaskTools) {}

  execute({ change }: ChangeTask): Promise<boolean> {
    return change(this.tools);
  }
}

/** What the team says of tasks; they are listed by the question `tasks`. */
@ApiTags('tasks')
@ApiParam({ name: 'task_id', schema: { type: 'string' }, description: 'As the question tasks names it.' })
@ApiOkResponse({ description: 'Durable.', schema: outcomeSchema })
@ApiNotFoundResponse({ description: 'There is no such task, or none any more.' })
@Controller('v1/tasks/:task_id')
export class TasksController {
  constructor(@Inject(CommandBus) private readonly commands: CommandBus) {}

  @Post('close')
  @HttpCode(200)
  @ApiOperation({ operationId: 'close-task', summary: 'Say what was done about a task' })
  @ApiBody({ schema: bodySchema(closure) })
  async close(@Param('task_id') taskId: string, @Req() request: Request): Promise<Changed> {
    const given = readSaid(closure, bodyOf(request));
    return this.#change((tools) => closeTask(tools, taskId, given, provenanceOf(request)));
  }

  @Post('reopen')
  @HttpCode(200)
  @ApiOperation({ operationId: 'reopen-task', summary: 'Say that a task is to be done after all' })
  @ApiBody({ schema: bodySchema(reopening) })
  async reopen(@Param('task_id') taskId: string, @Req() request: Request): Promise<Changed> {
    const given = readSaid(reopening, bodyOf(request));
    return this.#change((tools) => reopenTask(tools, taskId, given, provenanceOf(request)));
  }

  async #change(change: ChangeTask['change']): Promise<Changed> {
    try {
      return outcomeOf(await this.commands.execute(new ChangeTask(change)));
    } catch (error) {
      if (error instanceof NotKnown) throw new NotFoundException({ message: error.message, fix: error.fix });
      throw error;
    }
  }
}
