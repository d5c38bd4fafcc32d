import { Module, type DynamicModule } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import type { TaskTools } from '../closing.js';
import { ChangeTaskHandler, TASK_TOOLS, TasksController } from './tasks.controller.js';

/** What a tracing team says of its tasks, by HTTP. */
@Module({})
export class TasksModule {
  static with(tools: TaskTools): DynamicModule {
    return {
      module: TasksModule,
      imports: [CqrsModule],
      controllers: [TasksController],
      providers: [{ provide: TASK_TOOLS, useValue: tools }, ChangeTaskHandler],
    };
  }
}
