import { streams } from '../../support/events.js';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import request, { type Response } from 'supertest';
import { AnswerLinks } from '../../../src/health-form/links.js';
import { alertIdOf } from '../../../src/alerting/ids.js';
import { MasterKey } from '../../../src/event-log/master-key.js';
import { AnsweringRig, links } from './rig.js';

const DAY = 86_400_000;
const ANSWER = { fever: 'yes', cough: 'no', breathing: 'yes', other: 'no', vaccinated: 'yes', moved: 'no' };

let rig: AnsweringRig;
beforeAll(async () => {
  rig = await AnsweringRig.start();
});
afterAll(() => rig.close());
beforeEach(() => {
  rig.later = 0;
  return rig.told();
});

describe('The page of a link', () => {
  it('asks its questions without a key, and says who asks and how to check it, in less than 10 KB', async () => {
    const { text, headers } = await rig.get().expect(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(text).toContain('<html lang="vi">');
    expect(text).toContain('CDC &quot;Huế&quot; &lt;1&gt; hỏi bạn');
    expect(text).toContain(`gọi 1900 9095, đọc mã ${rig.alertId.slice(0, 8)}`);
    expect(Buffer.byteLength(text)).toBeLessThan(10_000);
  });

  it('is in the language of the person, with a link to the other language', async () => {
    await rig.told('en');
    expect((await rig.get().expect(200)).text).toContain('<html lang="en">');
    const { text } = await rig.get(`${rig.path}?lang=vi`).expect(200);
    expect(text).toContain('<html lang="vi">');
    expect(text).toContain('<a href="?lang=en" lang="en" hreflang="en">English</a>');
  });

  it('identifies nobody: no person, case, disease or phone', async () => {
    const { text } = await rig.get(`${rig.path}?lang=en`).expect(200);
    expect(text).not.toMatch(/person-of-nobody|covid/i);
  });

  it('is not cached or framed, runs no scripts, and does not tell other sites its address', async () => {
    const { text, headers } = await rig.get().expect(200);
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
    const policy = headers['content-security-policy'] ?? '';
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/]{43}='; form-action 'self'/);
    expect(policy).not.toContain('unsafe');
    expect(text).not.toMatch(/<script|onclick|src=|http:/);
    const [, style = ''] = /<style>(.*)<\/style>/s.exec(text) ?? [];
    const { createHash } = await import('node:crypto');
    expect(policy).toContain(createHash('sha256').update(style).digest('base64'));
  });

  it('is accessible to screen readers: each choice has a label, each question a legend', async () => {
    const { text } = await rig.get().expect(200);
    const ids = [...text.matchAll(/<input [^>]*id="([^"]+)"/g)].map(([, id]) => id);
    expect(ids).toHaveLength(12);
    for (const id of ids) expect(text).toContain(`<label for="${id}">`);
    expect(text.match(/<fieldset>\n<legend>/g)).toHaveLength(6);
  });
});

describe('An answer', () => {
  it('is stored once as it was given, with thanks', async () => {
    expect((await rig.send(ANSWER).expect(200)).text).toContain('Cảm ơn bạn');
    expect(rig.answers()).toMatchObject([
      {
        type: 'ContactAnswered',
        data: { alertId: rig.alertId, caseId: 'c', symptoms: ['fever', 'breathing'], vaccinated: true, moved: false },
      },
    ]);
  });

  it('is accepted once: a second visit says that it was received', async () => {
    await rig.send(ANSWER).expect(200);
    const { text } = await rig.get(`${rig.path}?lang=en`).expect(200);
    expect(text).toContain('We already received your answers');
    expect(text).not.toContain('<form');
    expect((await rig.send({ ...ANSWER, fever: 'no' }, `${rig.path}?lang=en`).expect(409)).text).toContain('received');
    expect(rig.answers()).toHaveLength(1);
  });

  it('is stored once if it is sent twice at the same time', async () => {
    rig.store.together = 2;
    const sent = await Promise.all([rig.send(ANSWER), rig.send({ ...ANSWER, cough: 'yes' })]);
    rig.store.together = 1;
    expect(sent.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(rig.answers()).toHaveLength(1);
  });

  it('that leaves something out is asked for again, with the choices kept and the gaps marked', async () => {
    const { text } = await rig.send({ fever: 'yes', cough: 'maybe' }, `${rig.path}?lang=en`).expect(422);
    expect(text).toContain('id="fever-yes" name="fever" value="yes" required checked>');
    expect(text.match(/role="alert"/g)).toHaveLength(5);
    expect(rig.answers()).toEqual([]);
  });

  it('that is larger than an answer can be is not read', async () => {
    await rig.send({ ...ANSWER, more: 'x'.repeat(5_000) }).expect(413);
    expect(rig.answers()).toEqual([]);
  });
});

describe('An invalid link', () => {
  const plain = async (at: string): Promise<Response> => rig.get(at).expect(404);

  it('looks the same whether it was made up, changed, withdrawn or is too old', async () => {
    const pages = [await plain(`/a/${'A'.repeat(32)}`), await plain('/a/x'), await plain(`${rig.path}A`)];
    const other = rig.path.at(-1) === 'A' ? 'B' : 'A';
    pages.push(await plain(rig.path.slice(0, -1) + other));
    rig.later = 11 * DAY;
    pages.push(await plain(rig.path));
    rig.later = 9 * DAY;
    await rig.get().expect(200);
    await rig.say(streams.alert(rig.alertId).name, {
      type: 'AlertWithdrawn',
      data: { alertId: rig.alertId, told: true },
    });
    pages.push(await plain(rig.path), await rig.send(ANSWER).expect(404));
    const unknown = new URL(links.answerLink(alertIdOf('c', 'nobody', 0))).pathname;
    pages.push(await plain(unknown));
    expect(new Set(pages.map(({ text }) => text)).size).toBe(1);
    expect(pages[0]?.text).not.toContain('<form');
    const heads = pages.map(({ headers }) => [headers['content-security-policy'], headers['cache-control']]);
    expect(new Set(heads.map(String)).size).toBe(1);
    expect(rig.answers()).toEqual([]);
  });

  it('of another installation opens nothing, because the keys differ', () => {
    const others = new AnswerLinks(new MasterKey(Buffer.alloc(32, 2)), 'https://tracing.example');
    const token = (link: string) => link.split('/a/')[1] ?? '';
    expect(links.alertOf(token(links.answerLink(rig.alertId)))).toBe(rig.alertId);
    expect(links.alertOf(token(others.answerLink(rig.alertId)))).toBeUndefined();
  });
});

describe('Authentication', () => {
  it('requires the key everywhere else', async () => {
    await request(rig.api.url).get('/health/ready').expect(401);
    await request(rig.api.url).get('/a/b/c').expect(401);
    await request(rig.api.url).post('/v1/check-ins').expect(401);
  });

  it('limits how often a link is opened in a minute, without affecting other links', async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 31; i++) statuses.push((await rig.get()).status);
    expect(statuses.indexOf(429)).toBe(30);
    const { headers, text } = await rig.get(`${rig.path}?lang=en`);
    expect(headers['retry-after']).toBe('60');
    expect(text).toContain('too often');
    const later = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 60_000);
    await rig.get().expect(200);
    later.mockRestore();
  });

  it('writes no line with a link, a person or an answer', async () => {
    await rig.send(ANSWER).expect(200);
    const lines = rig.api.lines.join('\n');
    expect(lines).toContain('/a/:token');
    expect(lines).not.toContain(rig.path.slice(3));
    expect(lines).not.toMatch(/person-of-nobody|fever/);
  });
});
