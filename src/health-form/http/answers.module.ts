import { Module, type DynamicModule, type MiddlewareConsumer, type NestModule } from '@nestjs/common';
import { BusesModule } from '../../http/buses.js';
import { ANSWER_SETTINGS, AnswersController, withPageHeaders, type AnswerSettings } from './answers.controller.js';

/** Where contacts answer through the links in their messages. */
@Module({})
export class AnswersModule implements NestModule {
  static with(settings: AnswerSettings): DynamicModule {
    return {
      module: AnswersModule,
      imports: [BusesModule],
      controllers: [AnswersController],
      providers: [{ provide: ANSWER_SETTINGS, useValue: settings }],
    };
  }

  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(withPageHeaders).forRoutes(AnswersController);
  }
}
