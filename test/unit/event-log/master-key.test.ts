import { afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as MasterKey from '../../../src/event-log/master-key.js';

/** Makes the next write of a file fail halfway, as on a full disk. */
let fillDisk = false;
const full = () => {
  if (!fillDisk) return;
  fillDisk = false;
  throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
};
jest.mock('node:fs', () => {
  const real = jest.requireActual<typeof fs>('node:fs');
  return {
    ...real,
    writeSync: (...args: Parameters<typeof fs.writeSync>) => {
      full();
      return real.writeSync(...args);
    },
    writeFileSync: (...args: Parameters<typeof fs.writeFileSync>) => {
      if (fillDisk) real.writeFileSync(args[0], '', args[2]);
      full();
      real.writeFileSync(...args);
    },
  };
});

/** Mocks must exist before the module is loaded. */
let keys: typeof MasterKey;
beforeAll(async () => {
  keys = await import('../../../src/event-log/master-key.js');
});

let dataDir: string;
const path = () => join(dataDir, 'master.key');
const open = (masterKey?: string) => keys.openMasterKey({ dataDir, masterKey });

beforeEach(() => {
  dataDir = fs.mkdtempSync(join(tmpdir(), 'truyvet-key-'));
});
afterEach(() => fs.rmSync(dataDir, { recursive: true }));

describe('The master key', () => {
  it('is generated once, in a file for its owner only, without leftovers', () => {
    const first = open();
    expect(fs.statSync(path()).mode & 0o777).toBe(0o600);
    expect(Buffer.from(fs.readFileSync(path(), 'utf8'), 'base64')).toHaveLength(32);
    expect(open().id).toBe(first.id);
    expect(fs.readdirSync(dataDir)).toEqual(['master.key']);
  });

  it('is not left incomplete by a full disk', () => {
    fillDisk = true;
    expect(() => open()).toThrow(/no space/);
    expect(fs.readdirSync(dataDir)).toEqual([]);
    expect(open().id).toBe(open().id);
  });

  it('is taken from the environment if it is set there', () => {
    expect(open(Buffer.alloc(32, 7).toString('base64')).id).not.toBe(open().id);
  });

  it.each(['', 'c2hvcnQ=', 'no key'])('is refused when its file is damaged: %j', (text) => {
    fs.writeFileSync(path(), text);
    expect(() => open()).toThrow(/does not have a key of 32 bytes/);
    expect(fs.readFileSync(path(), 'utf8')).toBe(text);
  });
});
