import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { outcomeSchema } from './outcome.js';
import type { OperationTools } from '../operations/overview.js';

export const OPERATION_TOOLS = Symbol('operation tools');

/** An operator gives a command. */
export class Operate<Result> extends Command<Result> {
  constructor(readonly does: (tools: OperationTools) => Promise<Result>) {
    super();
  }
}

@CommandHandler(Operate)
export class OperateHandler implements ICommandHandler<Operate<unknown>> {
  constructor(@Inject(OPERATION_TOOLS) private readonly tools: OperationTools) {}

  execute({ does }: Operate<unknown>): Promise<unknown> {
    return does(this.tools);
  }
}

export const changed = { description: 'Durable; workers keep to it within a second.', schema: outcomeSchema };
