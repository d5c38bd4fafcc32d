import { afterEach, expect, it, jest } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NOBODY_GETS_THEM } from '../../../src/delivery/outbox-notice.js';
import { reachesPeople, sayWhereNobodyGetsThem } from '../../../src/delivery/reaches-people.js';

afterEach(() => {
  jest.restoreAllMocks();
});

const outbox = { type: 'outbox' };
const smpp = {
  type: 'smpp',
  name: 'carrier',
  host: '127.0.0.1',
  port: 2775,
  systemId: 'x',
  passwordEnv: 'X',
  sender: 'CDC',
};

it.each([
  ['no file of providers', undefined, false],
  ['the outbox alone', [outbox], false],
  ['a carrier followed by the outbox', [smpp, outbox], true],
])('Output about %s says that nobody gets messages, where that is so', (_, given, reaches) => {
  const folder = mkdtempSync(join(tmpdir(), 'truyvet-providers-'));
  const providers = join(folder, 'providers.json');
  if (given) writeFileSync(providers, JSON.stringify(given));
  const out = jest.spyOn(console, 'log').mockReturnValue();
  const err = jest.spyOn(console, 'error').mockReturnValue();
  try {
    expect(reachesPeople({ providers })).toBe(reaches);
    sayWhereNobodyGetsThem({ providers });
    expect([out.mock.calls, err.mock.calls]).toEqual([reaches ? [] : [[NOBODY_GETS_THEM]], []]);
    out.mockClear();
    sayWhereNobodyGetsThem({ providers }, { data: true });
    expect([out.mock.calls, err.mock.calls]).toEqual([[], reaches ? [] : [[NOBODY_GETS_THEM]]]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
