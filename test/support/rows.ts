import type { TimeLimits } from '../../src/intake/clock.js';
import type { RowKind } from '../../src/intake/define-rows.js';
import { RowReader } from '../../src/intake/read-rows.js';
import { isolations } from '../../src/people/store-isolations.js';
import { people } from '../../src/people/store-people.js';
import { places } from '../../src/places/store-places.js';
import { checkIns } from '../../src/presence/store-check-ins.js';
import { proximity } from '../../src/presence/store-proximity.js';
import { results } from '../../src/samples/store-results.js';

const ROWS = { people, places, 'check-ins': checkIns, proximity, results, isolations };

export type Kind = keyof typeof ROWS;

/** How the rows of a kind are read and stored. */
export const rowsOf = (kind: Kind): RowKind => ROWS[kind];

export const readerOf = (kind: Kind, zone: string, limits?: TimeLimits): RowReader<unknown> =>
  new RowReader(rowsOf(kind), zone, limits);
