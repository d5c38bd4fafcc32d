import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkDataFolder, makeFolder } from '../src/data-folder.js';
import { readState } from '../src/state.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'truyvet-folder-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('A data folder', () => {
  it('is created with its parent folders, for its owner alone, and without traces of the check', () => {
    const path = join(folder, 'a', 'b');
    checkDataFolder(path);
    checkDataFolder(path);
    expect(statSync(path).mode & 0o777).toBe(0o700);
    expect(readdirSync(path)).toEqual([]);
  });

  it('that is a file, or is inside one, is refused in a sentence', () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    expect(() => checkDataFolder(file)).toThrow(`${file} is a file, where a folder is needed.`);
    expect(() => checkDataFolder(join(file, 'data'))).toThrow(`${file} is a file, where a folder is needed.`);
    expect(() => readState(file)).toThrow(`${file} is a file, where a folder is needed.`);
  });

  it('in which the system lets nothing be created is refused at once, instead of retried for ever', () => {
    for (const path of ['/proc/truyvet/data', '/proc/1/truyvet']) {
      expect(() => makeFolder(path)).toThrow(`The folder ${path} cannot be used: `);
    }
    expect(() => checkDataFolder('/proc/self')).toThrow('The folder /proc/self cannot be used: ');
  });
});
