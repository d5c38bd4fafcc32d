import { Module, type DynamicModule } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import type { OperationTools } from '../overview.js';
import { ClockController } from './clock.controller.js';
import { OperateHandler, OPERATION_TOOLS } from '../../http/operate.js';
import { OperationsController } from './operations.controller.js';

/** What operators see and do, by HTTP. */
@Module({})
export class OperationsModule {
  static with(tools: OperationTools): DynamicModule {
    return {
      module: OperationsModule,
      imports: [CqrsModule],
      controllers: [OperationsController, ClockController],
      providers: [{ provide: OPERATION_TOOLS, useValue: tools }, OperateHandler],
    };
  }
}
