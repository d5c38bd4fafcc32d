import { Module, type DynamicModule } from '@nestjs/common';
import { BusesModule } from '../../http/buses.js';
import { REPORT_SETTINGS, ReportsController, type ReportSettings } from './reports.controller.js';

/** Where providers report on messages. */
@Module({})
export class ReportsModule {
  static with(settings: ReportSettings): DynamicModule {
    return {
      module: ReportsModule,
      imports: [BusesModule],
      controllers: [ReportsController],
      providers: [{ provide: REPORT_SETTINGS, useValue: settings }],
    };
  }
}
