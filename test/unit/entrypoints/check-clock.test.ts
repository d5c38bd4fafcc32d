import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkClock } from '../../../src/entrypoints/check-clock.js';
import { readConfig } from '../../../src/platform/config.js';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'truyvet-clock-'));
});
afterEach(() => {
  rmSync(dataDir, { recursive: true });
  jest.restoreAllMocks();
});

const GATEWAY = {
  type: 'http',
  name: 'gateway',
  url: 'https://sms.example/send',
  body: { json: { to: '{to}', text: '{text}' } },
};

function check(providers: object[] | undefined, clock: string | undefined): string[] {
  if (providers) writeFileSync(join(dataDir, 'providers.json'), JSON.stringify(providers));
  const said: string[] = [];
  jest.spyOn(console, 'error').mockImplementation((line: string) => void said.push(line));
  checkClock(readConfig({ TRUYVET_DATA: dataDir, TRUYVET_CLOCK: clock }));
  return said;
}

describe('A clock that was set', () => {
  it('is announced by everything that runs under it, in the zone of the installation', () => {
    expect(check(undefined, '2021-08-15T10:00:00+07:00')).toEqual([
      'The clock is set by TRUYVET_CLOCK=2021-08-15T10:00:00+07:00: it is 2021-08-15 10:00:00+07:00. For tests only.',
    ]);
    expect(check([{ type: 'outbox' }], '-1d')).toHaveLength(1);
    expect(check(undefined, '2021-08-15T03:00:00Z')).toEqual([
      expect.stringContaining('it is 2021-08-15 10:00:00+07:00'),
    ]);
  });

  it('is refused if a provider reaches people, whatever other providers there are', () => {
    expect(() => check([GATEWAY, { type: 'outbox' }], '-1d')).toThrow(/providers that send to people: gateway/);
  });

  it('is not mentioned if it is that of the machine', () => {
    expect(check([GATEWAY], undefined)).toEqual([]);
  });
});
