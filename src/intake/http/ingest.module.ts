import { Module, type DynamicModule } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { BusesModule } from '../../http/buses.js';
import type { RowKind, Rows, Statement, StatementKind } from '../define-rows.js';
import { INGEST_SETTINGS, type IngestSettings } from './commands.js';
import { groupsController } from './groups.controller.js';
import { rowsController } from './rows.controller.js';
import { statementsController } from './statements.controller.js';

/** Ingest of facts over HTTP. */
@Module({})
export class IngestModule {
  /** @param rows each kind of rows with how it is stored; `statements` likewise. */
  static with(
    settings: IngestSettings,
    rows: readonly (readonly [Rows, RowKind])[],
    statements: readonly (readonly [Statement, StatementKind])[],
  ): DynamicModule {
    return {
      module: IngestModule,
      imports: [CqrsModule.forRoot(), BusesModule],
      controllers: [
        ...rows.map(([described, kind]) => rowsController(described, kind)),
        ...rows.flatMap(([{ groups, ...described }, kind]) =>
          groups && kind.groups ? [groupsController({ ...described, groups }, { ...kind, groups: kind.groups })] : [],
        ),
        ...statements.map(([described, kind]) => statementsController(described, kind)),
      ],
      providers: [{ provide: INGEST_SETTINGS, useValue: settings }],
    };
  }
}
