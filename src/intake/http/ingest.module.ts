import { Module, type DynamicModule } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { KINDS } from '../rows.js';
import {
  ChangeVisitHandler,
  INGEST_SETTINGS,
  StoreBatchHandler,
  StoreGroupHandler,
  StoreRowHandler,
  type IngestSettings,
} from './commands.js';
import { GroupsController } from './groups.controller.js';
import { rowsController } from './rows.controller.js';
import { VisitsController } from './visits.controller.js';

/** Facts in by HTTP. */
@Module({})
export class IngestModule {
  static with(settings: IngestSettings): DynamicModule {
    return {
      module: IngestModule,
      imports: [CqrsModule.forRoot()],
      controllers: [...KINDS.map(rowsController), GroupsController, VisitsController],
      providers: [
        { provide: INGEST_SETTINGS, useValue: settings },
        StoreRowHandler,
        StoreBatchHandler,
        StoreGroupHandler,
        ChangeVisitHandler,
      ],
    };
  }
}
