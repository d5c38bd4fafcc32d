import { Module } from '@nestjs/common';
import {
  Command,
  CommandHandler,
  CqrsModule,
  Query,
  QueryHandler,
  type ICommandHandler,
  type IQueryHandler,
} from '@nestjs/cqrs';
import type { Fields } from '../kernel/fields.js';
import type { Context } from '../requests/context.js';
import type { Operation, Request } from '../requests/define.js';
import { perform, performRead } from '../requests/perform.js';

/** A command of a module on its way to its handler. */
export class Do<F extends Fields = Fields, Answer = unknown> extends Command<Answer> {
  /** @param given the input, not validated yet. */
  constructor(
    readonly request: Request<F, Answer>,
    readonly context: Context,
    readonly given: unknown,
  ) {
    super();
  }
}

/** A question of a module on its way to its handler. */
export class Ask<F extends Fields = Fields, Answer = unknown> extends Query<Answer> {
  /** @param given the input, not validated yet. */
  constructor(
    readonly request: Request<F, Answer>,
    readonly context: Context,
    readonly given: unknown,
  ) {
    super();
  }
}

/** A command whose input its controller has read. */
export class DoRead<Input = unknown, Answer = unknown> extends Command<Answer> {
  constructor(
    readonly operation: Operation<Input, Answer>,
    readonly context: Context,
    readonly input: Input,
  ) {
    super();
  }
}

/** A question whose input its controller has read. */
export class AskRead<Input = unknown, Answer = unknown> extends Query<Answer> {
  constructor(
    readonly operation: Operation<Input, Answer>,
    readonly context: Context,
    readonly input: Input,
  ) {
    super();
  }
}

@CommandHandler(Do)
class DoHandler implements ICommandHandler<Do> {
  async execute({ request, context, given }: Do): Promise<unknown> {
    return (await perform(request, context, given)).answer;
  }
}

@QueryHandler(Ask)
class AskHandler implements IQueryHandler<Ask> {
  async execute({ request, context, given }: Ask): Promise<unknown> {
    return (await perform(request, context, given)).answer;
  }
}

@CommandHandler(DoRead)
class DoReadHandler implements ICommandHandler<DoRead> {
  execute({ operation, context, input }: DoRead): Promise<unknown> {
    return performRead(operation, context, input);
  }
}

@QueryHandler(AskRead)
class AskReadHandler implements IQueryHandler<AskRead> {
  execute({ operation, context, input }: AskRead): Promise<unknown> {
    return performRead(operation, context, input);
  }
}

/** The buses, with the only handlers: of all that modules define. */
@Module({
  imports: [CqrsModule],
  providers: [DoHandler, AskHandler, DoReadHandler, AskReadHandler],
  exports: [CqrsModule],
})
export class BusesModule {}
