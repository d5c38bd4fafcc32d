import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { requireRight } from '../../requests/perform.js';
import { RowRefused } from '../../requests/refusal.js';
import type { StatementKind } from '../define-rows.js';
import type { Origin } from '../outcome.js';
import type { Read } from '../read-rows.js';
import { INGEST_SETTINGS, type IngestSettings, type Stored } from './commands.js';

/** The answer to a statement. */
export type Stated = Pick<Stored, 'zone' | 'zone_assumed'>;

/** Command to store a statement about a recorded fact. */
export class StoreStatement extends Command<Stated> {
  constructor(
    readonly permission: string,
    readonly kind: StatementKind,
    readonly about: Readonly<Record<string, string>>,
    readonly read: Read<unknown>,
    readonly origin: Origin,
  ) {
    super();
  }
}

@CommandHandler(StoreStatement)
export class StoreStatementHandler implements ICommandHandler<StoreStatement> {
  constructor(@Inject(INGEST_SETTINGS) private readonly settings: IngestSettings) {}

  async execute({ permission, kind, about, read, origin }: StoreStatement): Promise<Stated> {
    requireRight(permission);
    const { means, zone, counted } = this.settings;
    try {
      if ('complaints' in read) throw new RowRefused(read.complaints);
      await kind.store(means, about, read.row, origin);
      counted(kind.counted, 'accepted', 1);
      return { zone, zone_assumed: read.zoneAssumed };
    } catch (error) {
      if (error instanceof RowRefused) counted(kind.counted, 'rejected', 1);
      throw error;
    }
  }
}
