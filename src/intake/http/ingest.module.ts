import { Module, type DynamicModule } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import type { RowKind, Rows } from '../define-rows.js';
import { INGEST_SETTINGS, StoreBatchHandler, StoreRowHandler, type IngestSettings } from './commands.js';
import { rowsController } from './rows.controller.js';

/** Facts in by HTTP. */
@Module({})
export class IngestModule {
  /** @param rows each kind with how it is stored. */
  static with(settings: IngestSettings, rows: readonly (readonly [Rows, RowKind])[]): DynamicModule {
    return {
      module: IngestModule,
      imports: [CqrsModule.forRoot()],
      controllers: rows.map(([described, kind]) => rowsController(described, kind)),
      providers: [{ provide: INGEST_SETTINGS, useValue: settings }, StoreBatchHandler, StoreRowHandler],
    };
  }
}
