import { describe, expect, it } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { commandLine } from '../../../src/entrypoints/program.js';
import { ROWS } from '../../../src/entrypoints/modules.js';
import { describedColumns } from '../../../src/intake/define-rows.js';

const README = new URL('../../../README.md', import.meta.url);

/** The table as prettier formats it. */
function tableOfRows(): string {
  const lines = ROWS.map((rows) => [
    `\`${rows.name}\``,
    `\`${describedColumns(rows)}\`${rows.note === undefined ? '' : `; ${rows.note}`}`,
  ]);
  const widths = [0, 1].map((at) => Math.max(...lines.map((cells) => cells[at]?.length ?? 0)));
  const line = (cells: readonly string[], fill = ' ') =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0, fill)).join(' | ')} |`;
  return [line(['kind', 'columns']), line(['', ''], '-'), ...lines.map((cells) => line(cells))].join('\n');
}

describe('The columns of files', () => {
  it('are in the README as the program reads them (UPDATE_DOCS=1 writes them)', () => {
    const readme = readFileSync(README, 'utf8');
    const now = readme.replace(/^\| kind +\| columns[^]*?(?=\n\n)/m, tableOfRows());
    if (process.env['UPDATE_DOCS']) writeFileSync(README, now);
    else expect(readme).toBe(now);
    expect(now).toContain(tableOfRows());
  });

  it('are in the help of the import, before any code that reads them is loaded', () => {
    let printed = '';
    const command = commandLine().commands.find((each) => each.name() === 'import');
    command?.configureOutput({ writeOut: (text) => (printed += text) });
    command?.outputHelp();
    for (const rows of ROWS) expect(printed).toContain(`${rows.name.padEnd(11)}${describedColumns(rows)}`);
  });

  it.each(ROWS)('of $name are those of the rows that it loads', async ({ name, columns, load, groups }) => {
    const kind = await load();
    expect(kind).toMatchObject({ name });
    expect(kind.columns).toBe(columns);
    expect(kind.groups !== undefined).toBe(groups !== undefined);
  });
});
