import { defineCommandOf, type Operation } from '../../requests/define.js';
import { RowRefused } from '../../requests/refusal.js';
import type { Statement, StatementKind } from '../define-rows.js';
import type { Read } from '../read-rows.js';
import type { IngestSettings, Stored, Taking } from './commands.js';

/** The answer to a statement. */
export type Stated = Pick<Stored, 'zone' | 'zone_assumed'>;

/** A statement that was read, and what it is about, from the path. */
export type TakingStatement = Taking<Read<unknown>> & { about: Readonly<Record<string, string>> };

/** Stores a statement about a recorded fact. */
export function storeStatement(
  { name, permission }: Pick<Statement, 'name' | 'permission'>,
  kind: StatementKind,
  { zone, counted }: IngestSettings,
): Operation<TakingStatement, Stated> {
  return defineCommandOf({
    ...{ name, permission },
    async handle(context, { about, read, key }) {
      try {
        if ('complaints' in read) throw new RowRefused(read.complaints);
        await kind.store(context, about, read.row, { provenance: context.provenance, key });
        counted(kind.counted, 'accepted', 1);
        return { zone, zone_assumed: read.zoneAssumed };
      } catch (error) {
        if (error instanceof RowRefused) counted(kind.counted, 'rejected', 1);
        throw error;
      }
    },
  });
}
