import { describe, expect, it } from '@jest/globals';
import { Writable } from 'node:stream';
import { printAlerts } from '../../../src/alerting/show-alerts.js';
import type { AlertFilter, AlertRow } from '../../../src/contact-graph/ports.js';

const row = (alertId: string, facts: Partial<AlertRow> = {}): AlertRow => ({
  alertId,
  caseId: 'c',
  personId: `person of ${alertId}`,
  disease: 'covid-19',
  degree: 1,
  sequence: 0,
  status: 'sent',
  reason: null,
  by: null,
  provider: 'outbox',
  takeBack: false,
  requestedAt: '2021-08-05T02:00:00Z',
  changedAt: '2021-08-05T02:00:01Z',
  ...facts,
});

async function printed(all: AlertRow[], options: Parameters<typeof printAlerts>[1]) {
  const asked: AlertFilter[] = [];
  const alerts = (filter: AlertFilter) => {
    asked.push(filter);
    return Promise.resolve(all.filter(({ alertId }) => alertId > (filter.after ?? '')).slice(0, filter.limit));
  };
  let text = '';
  const out = new Writable({
    highWaterMark: 10,
    write: (chunk, _encoding, done) => {
      text += String(chunk);
      setImmediate(done);
    },
  });
  await printAlerts({ alerts }, options, { out, files: ['outbox'], shown: (rows) => Promise.resolve(rows) });
  return { text, asked };
}

describe('the list of alerts', () => {
  it('is a JSON array of every alert, however many pages they take', async () => {
    const all = Array.from({ length: 2_500 }, (_, i) => row(String(i).padStart(5, '0')));
    const { text, asked } = await printed(all, { json: true, case: 'c', status: 'sent' });
    expect(JSON.parse(text)).toEqual(all);
    expect(asked.map(({ after, caseId, status }) => [after, caseId, status])).toEqual([
      [undefined, 'c', 'sent'],
      ['00999', 'c', 'sent'],
      ['01999', 'c', 'sent'],
    ]);
  });

  it('is an empty array when there is none', async () => {
    expect((await printed([], { json: true })).text).toBe('[]\n');
    expect((await printed([], {})).text).toBe('No alerts.\n');
  });

  it('says for people what became of each, and whom somebody has to visit', async () => {
    const { text } = await printed(
      [
        row('a1', { provider: 'gateway' }),
        row('a2', { status: 'failed', reason: 'no-phone', provider: null }),
        row('a3', { status: 'failed', reason: 'unknown-person', provider: null }),
        row('a4', { status: 'covered', by: 'a1', provider: null, degree: 2 }),
        row('a5', { status: 'withdrawn', takeBack: true }),
        row('a6', { status: 'requested', provider: null }),
        row('a7', { status: 'failed', reason: 'is-a-case', provider: null }),
        row('a8', { status: 'failed', reason: 'too-late', provider: null }),
        row('a9'),
      ],
      {},
    );
    expect(text.split('\n').map((line) => line.split('  ').slice(2).join(' | '))).toEqual([
      'F1 of covid-19, case c | sent by gateway | [a1]',
      'F1 of covid-19, case c | visit: no phone | [a2]',
      'F1 of covid-19, case c | visit: not registered | [a3]',
      'F2 of covid-19, case c | told with another alert [a1] | [a4]',
      'F1 of covid-19, case c | withdrawn, to be taken back | [a5]',
      'F1 of covid-19, case c | waiting to be sent | [a6]',
      'F1 of covid-19, case c | not told: a case of the disease | [a7]',
      'F1 of covid-19, case c | not told: found too late | [a8]',
      'F1 of covid-19, case c | written to a file (outbox) | [a9]',
      '',
      '',
    ]);
  });
});
