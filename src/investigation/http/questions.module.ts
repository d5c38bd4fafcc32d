import { Module, type DynamicModule } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { QUESTIONS } from '../all.js';
import type { QuestionName } from '../asked.js';
import { AskHandler, QUESTION_SETTINGS, type QuestionSettings } from './ask.js';
import { questionController } from './questions.controller.js';

/** What a tracing team asks, by HTTP. */
@Module({})
export class QuestionsModule {
  static with(settings: QuestionSettings): DynamicModule {
    return {
      module: QuestionsModule,
      imports: [CqrsModule],
      controllers: (Object.keys(QUESTIONS) as QuestionName[]).map(questionController),
      providers: [{ provide: QUESTION_SETTINGS, useValue: settings }, AskHandler],
    };
  }
}
