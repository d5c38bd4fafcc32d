import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GatewayError } from '../src/gateway-error.js';
import { openProvider } from '../src/providers/open-provider.js';
import { parseProviders, readProviders } from '../src/providers/settings.js';
import { env, settingsOf } from './simulators/settings.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'truyvet-providers-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const given = (text: string) => {
  const path = join(folder, 'providers.json');
  writeFileSync(path, text);
  return readProviders(path);
};
const complaint = (list: unknown): string => {
  try {
    given(JSON.stringify(list));
  } catch (error) {
    expect(error).toBeInstanceOf(GatewayError);
    return (error as GatewayError).message;
  }
  return 'none';
};
const http = { type: 'http', name: 'gw', url: 'https://x.example/', body: { json: { to: '{to}', text: '{text}' } } };
const smpp = { type: 'smpp', name: 'smsc', host: 'h', systemId: 'us', passwordEnv: 'P', sender: 'CDC' };

describe('the file of providers', () => {
  it('may be missing: then everything goes to the outbox', () => {
    expect(readProviders(join(folder, 'providers.json'))).toMatchObject([
      { type: 'outbox', name: 'outbox', whenUncertain: 'at-least-once' },
    ]);
  });

  it('is a list in order of preference', () => {
    expect(given(JSON.stringify([smpp, http, { type: 'outbox' }])).map(({ name }) => name)).toEqual([
      'smsc',
      'gw',
      'outbox',
    ]);
  });

  it('has a correct sample in the documentation', () => {
    const page = readFileSync('docs/providers.md', 'utf8');
    const samples = [...page.matchAll(/```json\n(\[[\s\S]*?)```/g)].map(
      ([, sample]) => JSON.parse(sample ?? '') as unknown,
    );
    expect(samples.length).toBeGreaterThan(0);
    for (const sample of samples) expect(parseProviders(sample, 'the sample').length).toBeGreaterThan(0);
  });

  it('sends a message whose answer was lost again only if its fate can be determined, unless configured otherwise', () => {
    const policy = (each: object) => parseProviders([each], '')[0]?.whenUncertain;
    expect(policy(smpp)).toBe('at-most-once');
    expect(policy({ ...smpp, whenUncertain: 'at-least-once' })).toBe('at-least-once');
    expect(policy(http)).toBe('at-most-once');
    expect(policy({ ...http, idempotencyHeader: 'Idempotency-Key' })).toBe('at-least-once');
    expect(policy({ ...http, query: { url: 'https://x.example/{id}', reference: '/id' } })).toBe('at-least-once');
    const esms = { type: 'esms', name: 'esms', apiKeyEnv: 'A', secretKeyEnv: 'B', brandname: 'CDC' };
    // eSMS recognises repeats on the same day only.
    expect(policy(esms)).toBe('at-most-once');
    const email = { type: 'email', name: 'm', host: 'h', from: 'a@b.example', to: '{to}@c.example' };
    expect(policy(email)).toBe('at-most-once');
  });
});

describe('a wrong file of providers', () => {
  it('is reported if it is not JSON', () => {
    expect(() => given('[\n  { "type": "outbox" }\n  { }\n]')).toThrow(/providers\.json is not JSON: line 3, column 3/);
  });

  it.each([{}, [], 'text', null])('is refused if it is not a list of providers: %j', (content) => {
    expect(complaint(content)).toMatch(/must be a list of providers/);
  });

  it('has every wrong field named at once, with its place', () => {
    const { host: _host, ...lacking } = smpp;
    const said = complaint([
      { ...http, name: 'Gate Way', url: 'ftp://x', answers: [{ means: 'lost' }] },
      { ...lacking, port: '2775', password: 'hunter2' },
      { type: 'fax', name: 'fax' },
    ]);
    for (const expected of [
      /provider 1 \(Gate Way\), name: must be of lower-case letters, digits and dashes/,
      /provider 1 \(Gate Way\), url: must be a URL/,
      /provider 1 \(Gate Way\), answers\.0\.means: /,
      /provider 2 \(smsc\), host: is missing/,
      /provider 2 \(smsc\), port: .*number/,
      /provider 2 \(smsc\), password: no such field/,
      /provider 3 \(fax\), type: must be one of outbox, http, esms, smpp, email/,
    ]) {
      expect(said).toMatch(expected);
    }
    expect(said).not.toContain('hunter2');
  });

  it.each([
    [[smpp, { ...smpp }], /provider 2, name: smsc is already the name of provider 1/],
    [[{ ...http, body: { json: { to: '{to}' } } }], /body: must have \{text\}/],
    [[{ ...http, body: { json: { text: '{text}' } } }], /body: must have \{to\} or \{digits\}/],
    [[{ ...http, method: 'GET' }], /body: must be absent/],
    [[{ ...http, query: { url: 'https://x.example/', reference: '/id' } }], /query: must have \{id\}/],
    [[{ ...http, answers: [{ at: '/x', means: 'ours' }] }], /answers\.0: needs both "at" and "is"/],
    [[{ ...http, reference: 'data.id' }], /reference: must be a JSON pointer/],
    [[{ ...smpp, passwordEnv: 'not a name' }], /passwordEnv: must be the name of an environment variable/],
    [[{ type: 'outbox', name: 'mine' }], /name: must be outbox/],
    [
      [{ type: 'email', name: 'm', host: 'h', from: 'a@b.example', to: 'all@c.example', user: 'u' }],
      /to: must be like \{to\}@sms\.example\.org/,
    ],
  ])('is refused: %j', (list, expected) => {
    expect(complaint(list)).toMatch(expected);
  });
});

describe('an opened provider', () => {
  let kept: string[];
  const keepSecret = (secret: string) => void kept.push(secret);
  beforeEach(() => {
    kept = [];
  });

  it('registers each secret that its settings name, so that it is shown nowhere', async () => {
    const settings = settingsOf('http', {
      url: 'https://sms.example/send?key={env:KEY}',
      basic: { user: 'cdc', passwordEnv: 'PASSWORD' },
    });
    await openProvider(settings, { dataDir: folder, env, keepSecret }).close();
    expect(kept.sort()).toEqual([env.KEY, env.PASSWORD, env.TOKEN].sort());
    kept = [];
    await openProvider(settingsOf('esms', {}), { dataDir: folder, env, keepSecret }).close();
    expect(kept.sort()).toEqual([env.KEY, env.SECRET].sort());
  });

  it('is not given a text of more SMS than the settings allow', async () => {
    const settings = settingsOf('outbox', { maxSegments: 2 });
    const provider = openProvider(settings, { dataDir: folder, env, keepSecret });
    const message = { id: 'a', to: '+84912345678', text: 'ế'.repeat(134) };
    await provider.send(message);
    const longer = { ...message, id: 'b', text: `${message.text}.` };
    await expect(provider.send(longer)).rejects.toThrow(/the text takes 3 SMS, and outbox is limited to 2/);
    await provider.close();
    expect(readFileSync(join(folder, 'outbox.ndjson'), 'utf8').trim().split('\n')).toHaveLength(1);
  });

  it('has a name, and declares the properties of its settings', async () => {
    const provider = openProvider(settingsOf('smpp', { name: 'smsc' }), { dataDir: folder, env, keepSecret });
    expect([provider.name, provider.knows, typeof provider.onReport]).toEqual([
      'smsc',
      { repeats: false, fates: false },
      'function',
    ]);
    await provider.close();
  });

  it('is not opened without its secrets', () => {
    const where = { dataDir: folder, env: { KEY: 'k', SECRET: '' }, keepSecret };
    expect(() => openProvider(settingsOf('esms', {}), where)).toThrow(/environment variable SECRET/);
  });
});
