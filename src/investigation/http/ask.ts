import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { QUESTIONS } from '../all.js';
import type { Given, QuestionName } from '../asked.js';
import { withFullIds } from '../full-ids.js';
import type { Ground } from '../question.js';

/** What the module is given. */
export interface QuestionSettings {
  ground: Ground;
  /** Of times that carry none. */
  zone: string;
}

export const QUESTION_SETTINGS = Symbol('question settings');

/** One question with its parameters, read and checked. */
export class Ask<N extends QuestionName = QuestionName> extends Query<unknown> {
  constructor(
    readonly name: N,
    readonly given: Given<N>,
  ) {
    super();
  }
}

@QueryHandler(Ask)
export class AskHandler implements IQueryHandler<Ask> {
  constructor(@Inject(QUESTION_SETTINGS) private readonly settings: QuestionSettings) {}

  async execute({ name, given }: Ask): Promise<unknown> {
    const { ground } = this.settings;
    return QUESTIONS[name].ask(ground, await withFullIds(ground.graph, name, given));
  }
}
