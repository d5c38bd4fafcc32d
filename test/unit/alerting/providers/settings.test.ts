import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { segmentsOf } from '../../../../src/domain/segments.js';
import { UserError } from '../../../../src/kernel/errors.js';
import { Texts } from '../../../../src/alerting/texts.js';
import { openProvider } from '../../../../src/alert/providers/open-provider.js';
import { parseProviders, readProviders } from '../../../../src/alert/providers/settings.js';
import { env, settingsOf } from '../../../support/providers/settings.js';

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
    expect(error).toBeInstanceOf(UserError);
    return (error as UserError).message;
  }
  return 'none';
};
const http = { type: 'http', name: 'gw', url: 'https://x.example/', body: { json: { to: '{to}', text: '{text}' } } };
const smpp = { type: 'smpp', name: 'smsc', host: 'h', systemId: 'us', passwordEnv: 'P', sender: 'CDC' };

describe('the file of providers', () => {
  it('may be absent: then all goes to the outbox', () => {
    expect(readProviders(join(folder, 'providers.json'))).toMatchObject([
      { type: 'outbox', name: 'outbox', whenUncertain: 'at-least-once' },
    ]);
  });

  it('is a list in the order of preference', () => {
    expect(given(JSON.stringify([smpp, http, { type: 'outbox' }])).map(({ name }) => name)).toEqual([
      'smsc',
      'gw',
      'outbox',
    ]);
  });

  it('has a sample in the documentation that is right', () => {
    const page = readFileSync('docs/providers.md', 'utf8');
    const samples = [...page.matchAll(/```json\n(\[[\s\S]*?)```/g)].map(
      ([, sample]) => JSON.parse(sample ?? '') as unknown,
    );
    expect(samples.length).toBeGreaterThan(0);
    for (const sample of samples) expect(parseProviders(sample, 'the sample').length).toBeGreaterThan(0);
  });

  it('sends a message whose answer was lost again only where that can be found out, unless it is told otherwise', () => {
    const policy = (each: object) => parseProviders([each], '')[0]?.whenUncertain;
    expect(policy(smpp)).toBe('at-most-once');
    expect(policy({ ...smpp, whenUncertain: 'at-least-once' })).toBe('at-least-once');
    expect(policy(http)).toBe('at-most-once');
    expect(policy({ ...http, idempotencyHeader: 'Idempotency-Key' })).toBe('at-least-once');
    expect(policy({ ...http, query: { url: 'https://x.example/{id}', reference: '/id' } })).toBe('at-least-once');
    const esms = { type: 'esms', name: 'esms', apiKeyEnv: 'A', secretKeyEnv: 'B', brandname: 'CDC' };
    // It can be found out on the same day only.
    expect(policy(esms)).toBe('at-most-once');
    const email = { type: 'email', name: 'm', host: 'h', from: 'a@b.example', to: '{to}@c.example' };
    expect(policy(email)).toBe('at-most-once');
  });
});

describe('a wrong file of providers', () => {
  it('is shown where it is no JSON', () => {
    expect(() => given('[\n  { "type": "outbox" }\n  { }\n]')).toThrow(/providers\.json is no JSON: line 3, column 3/);
  });

  it.each([{}, [], 'text', null])('is refused when it is no list of providers: %j', (content) => {
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
    [[smpp, { ...smpp }], /provider 2, name: smsc is that of provider 1 already/],
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
  it('is given every alert unless it is told otherwise, also those with the longest names', () => {
    const texts = new Texts({ senderName: 'Đ'.repeat(60), contactLine: '0'.repeat(60), zone: 'Asia/Ho_Chi_Minh' });
    const common = { alertId: randomUUID(), caseId: 'c', personId: 'p', disease: 'tuberculosis', sequence: 0 };
    const firstExposureAt = '2021-08-05T18:30:00Z';
    const rest = { firstExposureAt, lastExposureAt: firstExposureAt, minutes: 20, meetings: [], shared: [], via: [] };
    const sizes = (['vi', 'en'] as const).flatMap((language) =>
      [1, 2, 3].flatMap((degree) => {
        const request = { ...common, degree };
        const contact = { ...rest, personId: 'p', degree };
        const said = [1, 100].map((count) => texts.alert({ request, contact, group: { count, degree }, language }));
        return [...said, texts.withdrawal({ request, language })].map((text) => segmentsOf(text).segments);
      }),
    );
    expect(Math.max(...sizes)).toBeLessThanOrEqual(settingsOf('smpp', {}).maxSegments);
  });

  it('is not given a text of more SMS than the settings allow', async () => {
    const settings = settingsOf('outbox', { maxSegments: 2 });
    const provider = openProvider(settings, { dataDir: folder, env });
    const message = { id: 'a', to: '+84912345678', text: 'ế'.repeat(134) };
    await provider.send(message);
    const longer = { ...message, id: 'b', text: `${message.text}.` };
    await expect(provider.send(longer)).rejects.toThrow(/the text takes 3 SMS, and outbox may be given 2 at most/);
    await provider.close();
    expect(readFileSync(join(folder, 'outbox.ndjson'), 'utf8').trim().split('\n')).toHaveLength(1);
  });

  it('has a name and says what it knows as its settings do', async () => {
    const provider = openProvider(settingsOf('smpp', { name: 'smsc' }), { dataDir: folder, env });
    expect([provider.name, provider.knows, typeof provider.onReport]).toEqual([
      'smsc',
      { repeats: false, fates: false },
      'function',
    ]);
    await provider.close();
  });

  it('is not opened without its secrets', () => {
    const variables = { settings: settingsOf('esms', {}), where: { dataDir: folder, env: { KEY: 'k', SECRET: '' } } };
    expect(() => openProvider(variables.settings, variables.where)).toThrow(/environment variable SECRET/);
  });
});
