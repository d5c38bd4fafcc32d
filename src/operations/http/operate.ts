import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { OperationTools } from '../overview.js';

export const OPERATION_TOOLS = Symbol('operation tools');

/** What came of an order. */
export interface Changed {
  /** unchanged: it was so before. */
  outcome: 'new' | 'unchanged';
}

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

export const changed = {
  description: 'Durable; workers keep to it within a second.',
  schema: {
    type: 'object' as const,
    required: ['outcome'],
    properties: {
      outcome: {
        type: 'string' as const,
        enum: ['new', 'unchanged'],
        description: 'unchanged: it was so before',
      },
    },
  },
};
