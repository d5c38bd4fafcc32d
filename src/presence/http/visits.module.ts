import { Module, type DynamicModule } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { INGEST_SETTINGS, type IngestSettings } from '../../intake/http/commands.js';
import { ChangeVisitHandler, StoreGroupHandler } from './commands.js';
import { GroupsController } from './groups.controller.js';
import { VisitsController } from './visits.controller.js';

/** What is said of visits by HTTP, beside rows of check-ins. */
@Module({})
export class VisitsModule {
  static with(settings: IngestSettings): DynamicModule {
    return {
      module: VisitsModule,
      imports: [CqrsModule],
      controllers: [GroupsController, VisitsController],
      providers: [{ provide: INGEST_SETTINGS, useValue: settings }, StoreGroupHandler, ChangeVisitHandler],
    };
  }
}
