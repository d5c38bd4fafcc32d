import { Module, type DynamicModule } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { REPORT_SETTINGS, ReportsController, TakeReportsHandler, type ReportSettings } from './reports.controller.js';

/** Where providers report on messages. */
@Module({})
export class ReportsModule {
  static with(settings: ReportSettings): DynamicModule {
    return {
      module: ReportsModule,
      imports: [CqrsModule],
      controllers: [ReportsController],
      providers: [{ provide: REPORT_SETTINGS, useValue: settings }, TakeReportsHandler],
    };
  }
}
