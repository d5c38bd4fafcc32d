import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { existsSync, linkSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { csvLine, fromCell } from '../../../src/intake/csv-cells.js';
import { beginsLikeFormula } from '../../../src/kernel/text.js';
import { importText, meansOver } from '../../support/ingest.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';

const good = 'person_id,started_at\np1,2021-08-01T00:00:00Z\n';
const bad = 'person_id,started_at\np1,never\n';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'truyvet-rejects-'));
  path = join(folder, 'rejects.csv');
});
afterEach(() => rm(folder, { recursive: true }));

const load = (text: string, rejectsPath = path) =>
  importText(meansOver(new MemoryEventStore()), 'isolations', text, { rejectsPath });

describe('A file for refused rows', () => {
  it.each([
    ['good', good],
    ['refused', bad],
  ])('is left alone if it has other contents, and rows are %s', async (_, text) => {
    writeFileSync(path, 'letters,to\nmy,mother\n');

    await expect(load(text)).rejects.toThrow('not a file of refused rows');
    expect(readFileSync(path, 'utf8')).toContain('mother');
  });

  it.each([
    ['a symbolic link', symlinkSync],
    ['a hard link', linkSync],
  ])('is left alone if it is %s to something else', async (_, link) => {
    const target = join(folder, 'precious.csv');
    writeFileSync(target, good);
    link(target, path);

    await expect(load(bad)).rejects.toThrow('not a file of refused rows');
    expect(readFileSync(target, 'utf8')).toBe(good);
  });

  it('is replaced, and removed after an import without errors, if an earlier import created it', async () => {
    await load(bad);
    await load(bad.replace('p1', 'p2'));
    expect(readFileSync(path, 'utf8')).toMatch(/^person_id,started_at,row,column,reason,fix\np2,never,2,started_at/);

    await load(good);
    expect(existsSync(path)).toBe(false);
  });

  it('may be a device, which is kept', async () => {
    // Through a link, so that a removal would remove the link and not the device of the machine.
    symlinkSync('/dev/null', path);
    expect(await load(bad)).toMatchObject({ rejected: 1 });
    await load(good);
    expect(readlinkSync(path)).toBe('/dev/null');
  });
});

/** As an import reads them. */
const readBack = (line: string): string[] => {
  const [cells = []] = parse(line, {
    relax_quotes: true,
    relax_column_count: true,
    record_delimiter: ['\r\n', '\n', '\r'],
  });
  return cells;
};

describe('A refused cell', () => {
  it.each(["=cmd|' /C calc'!A0", '+84912345678', '@SUM(A1)', '-2+3', '\t=1', "'=1", "''@x", '＝1', ' =1'])(
    'that a spreadsheet would run is marked, and read back unchanged (%j)',
    (text) => {
      const [cell = ''] = readBack(csvLine([text]));
      expect(cell).toBe(`'${text}`);
      expect(fromCell(cell)).toBe(text);
    },
  );

  it.each(['An', "D'An", "'An'", '-105.25', '12', 'a=b', '', "'"])(
    'that is a text or a number is not changed (%j)',
    (text) => {
      expect(csvLine([text])).toBe(text);
      expect(fromCell(text)).toBe(text);
    },
  );

  it('is read back unchanged, with its neighbours, and runs in no spreadsheet, whatever it contains', () => {
    const special = fc.string({ unit: fc.constantFrom(...'=+-@\t\r\n\'",; 5.aễ＝') });
    fc.assert(
      fc.property(fc.array(fc.oneof(special, fc.string()), { minLength: 2, maxLength: 6 }), (cells) => {
        // An import ignores an empty row.
        fc.pre(cells.some((cell) => cell !== ''));
        const written = readBack(csvLine(cells));
        expect(written.map(fromCell)).toEqual(cells);
        const run = written.filter((cell) => beginsLikeFormula(cell) && !/^-\d+(\.\d+)?$/.test(cell));
        expect(run).toEqual([]);
      }),
    );
  });

  it('that is a negative number or a phone survives a file of refused rows', () => {
    const cells = ['-3.5', '+84912345678', 'an'];
    expect(readBack(csvLine(cells)).map(fromCell)).toEqual(cells);
    // The number remains a number in a spreadsheet.
    expect(csvLine(cells)).toBe("-3.5,'+84912345678,an");
  });

  it('is imported unchanged after the rest of its row is corrected', async () => {
    const store = new MemoryEventStore();
    const names = 'place_id,name,kind,capacity\nc1,=Quán,cafe,many\n';
    await importText(meansOver(store), 'places', names, { rejectsPath: path });
    const written = readFileSync(path, 'utf8');
    expect(written).toContain("c1,'=Quán,cafe,many,2,capacity");

    await importText(meansOver(store), 'places', written.replace('many', '12'));
    expect(store.all[0]).toMatchObject({ data: { name: '=Quán', capacity: 12 } });
  });
});
