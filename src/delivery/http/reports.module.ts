import { Module, type DynamicModule } from '@nestjs/common';
import { REPORT_SETTINGS, ReportsController, type ReportSettings } from './reports.controller.js';

/** Where providers say what became of messages. */
@Module({})
export class ReportsModule {
  static with(settings: ReportSettings): DynamicModule {
    return {
      module: ReportsModule,
      controllers: [ReportsController],
      providers: [{ provide: REPORT_SETTINGS, useValue: settings }],
    };
  }
}
