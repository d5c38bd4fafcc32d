import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LABELS } from '../../../src/contact-graph/maintenance.js';
import { graphTypes } from '../../../src/entrypoints/graph-types.js';

/** Labels of the program's own records about the graph. */
const KEPT = ['Migration', 'Migrated', 'Graph'];

/** Labels in the queries that write into the graph. */
function labelsIn(folder: string): string[] {
  return readdirSync(folder).flatMap((file) =>
    [...readFileSync(join(folder, file), 'utf8').matchAll(/\(\w*:(?:\$\{label\(')?([A-Z]\w+)/g)].map(
      ([, label]) => label ?? '',
    ),
  );
}

describe('A rebuild', () => {
  it('removes every kind of node that the program creates', async () => {
    const made = new Set([...labelsIn('migrations'), ...labelsIn('projections')]);
    expect(made.size).toBeGreaterThan(10);
    const { visits, facts } = await graphTypes();
    const owned = [visits, ...facts].flatMap(({ owns }) => owns);
    expect([...made].filter((label) => ![...LABELS, ...owned, ...KEPT].includes(label))).toEqual([]);
  });
});
