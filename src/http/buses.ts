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
import type { Request } from '../requests/define.js';
import { perform } from '../requests/perform.js';

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

/** The buses, with the handlers of all requests that modules define. */
@Module({ imports: [CqrsModule], providers: [DoHandler, AskHandler], exports: [CqrsModule] })
export class BusesModule {}
