import type { TimeLimits } from '../../src/intake/clock.js';
import type { RowKind } from '../../src/intake/define-rows.js';
import { RowReader } from '../../src/intake/read-rows.js';
import { loadRows } from '../../src/entrypoints/boot.js';

const ROWS = new Map((await loadRows()).map(([{ name }, kind]) => [name, kind]));

export type Kind = 'people' | 'places' | 'check-ins' | 'proximity' | 'results' | 'isolations';

/** How the rows of a kind are read and stored. */
export function rowsOf(kind: string): RowKind {
  const found = ROWS.get(kind);
  if (!found) throw new Error(`there are no rows called ${kind}`);
  return found;
}

export const readerOf = (kind: string, zone: string, limits?: TimeLimits): RowReader<unknown> =>
  new RowReader(rowsOf(kind), zone, limits);
