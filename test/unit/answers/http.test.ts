import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import request, { type Response, type Test } from 'supertest';
import { AnswersModule } from '../../../src/answers/http/answers.module.js';
import { AnswerLinks } from '../../../src/answers/links.js';
import type { DomainEvent } from '../../../src/domain/events.js';
import { alertIdOf, idOf } from '../../../src/log/ids.js';
import { MasterKey } from '../../../src/log/master-key.js';
import { streams } from '../../../src/log/streams.js';
import { startApi, type RunningApi } from '../../support/api.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';

const KEY = 'a-key-of-sixteen-characters';
const DAY = 86_400_000;
const links = new AnswerLinks(new MasterKey(Buffer.alloc(32, 1)), 'https://tracing.example');
const ANSWER = { fever: 'yes', cough: 'no', breathing: 'yes', other: 'no', vaccinated: 'yes', moved: 'no' };

/** Lets answers be stored only when so many have come that far. */
class PatientStore extends MemoryEventStore {
  together = 1;
  #waiting: (() => void)[] = [];

  override async append(...args: Parameters<MemoryEventStore['append']>): ReturnType<MemoryEventStore['append']> {
    if (args[0].startsWith('answers-')) {
      const all = new Promise<void>((resolve) => this.#waiting.push(resolve));
      if (this.#waiting.length >= this.together) this.#waiting.splice(0).forEach((go) => go());
      await all;
    }
    return super.append(...args);
  }
}

const store = new PatientStore();
let later = 0;
let api: RunningApi;
beforeAll(async () => {
  const config = { authority: 'vn', senderName: 'CDC "Huế" <1>', contactLine: '1900 9095' };
  const module = AnswersModule.with({ store, links, config, now: () => Date.now() + later });
  api = await startApi(KEY, { modules: [module] });
});
afterAll(() => api.app.close());

let alertId = '';
let path = '';
let people = 0;
async function say(stream: string, event: DomainEvent): Promise<void> {
  await store.append(stream, [{ id: idOf(JSON.stringify(event)), event, provenance: { source: 'test' } }], 'any');
}
/** Somebody who was told, with a link. */
async function told(language?: 'vi' | 'en'): Promise<void> {
  const personId = `person-of-nobody-else-${people++}`;
  alertId = alertIdOf('c', personId, 0);
  path = new URL(links.answerLink(alertId)).pathname;
  const request = { alertId, caseId: 'c', personId, disease: 'covid-19', degree: 1, sequence: 0 };
  await say(streams.alert(alertId), { type: 'AlertRequested', data: request });
  if (language === undefined) return;
  const sealed = { nonce: 'n', text: 't', tag: 'g' };
  const details = { name: sealed, phone: sealed, phoneIndex: 'i', language, householdId: null };
  await say(streams.person(personId), { type: 'PersonRegistered', data: { personId, ...details } });
}
beforeEach(() => {
  later = 0;
  return told();
});

const get = (at = path): Test => request(api.url).get(at);
const send = (fields: object, at = path): Test => request(api.url).post(at).type('form').send(fields);
const answers = () => store.all.filter(({ stream }) => stream === streams.answers(alertId));

describe('The page of a link', () => {
  it('asks what there is to ask without a key, says who asks and how to check it, in less than 10 KB', async () => {
    const { text, headers } = await get().expect(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(text).toContain('<html lang="vi">');
    expect(text).toContain('CDC &quot;Huế&quot; &lt;1&gt; hỏi bạn');
    expect(text).toContain(`gọi 1900 9095, đọc mã ${alertId.slice(0, 8)}`);
    expect(Buffer.byteLength(text)).toBeLessThan(10_000);
  });

  it('is in the language of the person, and in the other one by a link', async () => {
    await told('en');
    expect((await get().expect(200)).text).toContain('<html lang="en">');
    const { text } = await get(`${path}?lang=vi`).expect(200);
    expect(text).toContain('<html lang="vi">');
    expect(text).toContain('<a href="?lang=en" lang="en" hreflang="en">English</a>');
  });

  it('names nobody: neither person, nor case, nor disease, nor phone', async () => {
    const { text } = await get(`${path}?lang=en`).expect(200);
    expect(text).not.toMatch(/person-of-nobody|covid/i);
  });

  it('is kept nowhere, frames nothing, runs nothing and tells no other site where it was', async () => {
    const { text, headers } = await get().expect(200);
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
    const policy = headers['content-security-policy'] ?? '';
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/]{43}='; form-action 'self'/);
    expect(policy).not.toContain('unsafe');
    expect(text).not.toMatch(/<script|onclick|src=|http:/);
    const [, style = ''] = /<style>(.*)<\/style>/s.exec(text) ?? [];
    const { createHash } = await import('node:crypto');
    expect(policy).toContain(createHash('sha256').update(style).digest('base64'));
  });

  it('can be used by ear: each choice has a label, each question a legend', async () => {
    const { text } = await get().expect(200);
    const ids = [...text.matchAll(/<input [^>]*id="([^"]+)"/g)].map(([, id]) => id);
    expect(ids).toHaveLength(12);
    for (const id of ids) expect(text).toContain(`<label for="${id}">`);
    expect(text.match(/<fieldset>\n<legend>/g)).toHaveLength(6);
  });
});

describe('An answer', () => {
  it('is stored once as what was answered, and thanked for', async () => {
    expect((await send(ANSWER).expect(200)).text).toContain('Cảm ơn bạn');
    expect(answers()).toMatchObject([
      {
        type: 'ContactAnswered',
        data: { alertId, caseId: 'c', symptoms: ['fever', 'breathing'], vaccinated: true, moved: false },
      },
    ]);
  });

  it('is taken once: who comes again is told that it was received', async () => {
    await send(ANSWER).expect(200);
    const { text } = await get(`${path}?lang=en`).expect(200);
    expect(text).toContain('We received your answers before');
    expect(text).not.toContain('<form');
    expect((await send({ ...ANSWER, fever: 'no' }, `${path}?lang=en`).expect(409)).text).toContain('received');
    expect(answers()).toHaveLength(1);
  });

  it('of two that are sent at a time is one', async () => {
    store.together = 2;
    const sent = await Promise.all([send(ANSWER), send({ ...ANSWER, cough: 'yes' })]);
    store.together = 1;
    expect(sent.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(answers()).toHaveLength(1);
  });

  it('that leaves something out is asked for again, with what was chosen kept and what is missing marked', async () => {
    const { text } = await send({ fever: 'yes', cough: 'maybe' }, `${path}?lang=en`).expect(422);
    expect(text).toContain('id="fever-yes" name="fever" value="yes" required checked>');
    expect(text.match(/role="alert"/g)).toHaveLength(5);
    expect(answers()).toEqual([]);
  });

  it('that is larger than an answer can be is not read', async () => {
    await send({ ...ANSWER, more: 'x'.repeat(5_000) }).expect(413);
    expect(answers()).toEqual([]);
  });
});

describe('A link that does not hold', () => {
  const plain = async (at: string): Promise<Response> => get(at).expect(404);

  it('looks the same whether it was made up, changed, withdrawn or is too old', async () => {
    const pages = [await plain(`/a/${'A'.repeat(32)}`), await plain('/a/x'), await plain(`${path}A`)];
    const other = path.at(-1) === 'A' ? 'B' : 'A';
    pages.push(await plain(path.slice(0, -1) + other));
    later = 11 * DAY;
    pages.push(await plain(path));
    later = 9 * DAY;
    await get().expect(200);
    await say(streams.alert(alertId), { type: 'AlertWithdrawn', data: { alertId, told: true } });
    pages.push(await plain(path), await send(ANSWER).expect(404));
    const unknown = new URL(links.answerLink(alertIdOf('c', 'nobody', 0))).pathname;
    pages.push(await plain(unknown));
    expect(new Set(pages.map(({ text }) => text)).size).toBe(1);
    expect(pages[0]?.text).not.toContain('<form');
    const heads = pages.map(({ headers }) => [headers['content-security-policy'], headers['cache-control']]);
    expect(new Set(heads.map(String)).size).toBe(1);
    expect(answers()).toEqual([]);
  });

  it('is of another installation: the key of one opens nothing at another', () => {
    const others = new AnswerLinks(new MasterKey(Buffer.alloc(32, 2)), 'https://tracing.example');
    const token = (link: string) => link.split('/a/')[1] ?? '';
    expect(links.alertOf(token(links.answerLink(alertId)))).toBe(alertId);
    expect(links.alertOf(token(others.answerLink(alertId)))).toBeUndefined();
  });
});

describe('The door', () => {
  it('asks for the key everywhere else', async () => {
    await request(api.url).get('/health/ready').expect(401);
    await request(api.url).get('/a/b/c').expect(401);
    await request(api.url).post('/v1/check-ins').expect(401);
  });

  it('lets a link be opened some times in a minute, and others meanwhile', async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 31; i++) statuses.push((await get()).status);
    expect(statuses.indexOf(429)).toBe(30);
    const { headers, text } = await get(`${path}?lang=en`);
    expect(headers['retry-after']).toBe('60');
    expect(text).toContain('too often');
    later = 60_000;
    await get().expect(200);
  });

  it('writes no line with a link, a person or an answer', async () => {
    await send(ANSWER).expect(200);
    const lines = api.lines.join('\n');
    expect(lines).toContain('/a/:token');
    expect(lines).not.toContain(path.slice(3));
    expect(lines).not.toMatch(/person-of-nobody|fever/);
  });
});
