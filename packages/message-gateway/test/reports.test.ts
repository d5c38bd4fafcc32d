import { describe, expect, it } from '@jest/globals';
import { readReportsOf } from '../src/providers/settings.js';
import { settingsOf } from './simulators/settings.js';

const url = 'http://127.0.0.1/messages';
const words = { reference: '/id', status: '/status', delivered: ['DELIVERED'], failed: ['UNDELIVERABLE', 'EXPIRED'] };

describe('delivery reports of a gateway over HTTP', () => {
  it('are read one per call, from JSON or from form fields', () => {
    const settings = settingsOf('http', { url, reports: words });
    expect(readReportsOf(settings, { body: { id: 'ref-1', status: 'DELIVERED', to: '+84912345678' } })).toEqual([
      { reference: 'ref-1', status: 'network-delivered', detail: 'DELIVERED' },
    ]);
    expect(readReportsOf(settings, { body: { id: 7, status: 'EXPIRED' } })).toEqual([
      { reference: '7', status: 'failed', detail: 'EXPIRED' },
    ]);
  });

  it('are read from the query of a call', () => {
    const settings = settingsOf('http', { url, reports: { ...words, in: 'query' } });
    const query = { id: 'ref-1', status: 'DELIVERED' };
    expect(readReportsOf(settings, { query, body: {} })).toHaveLength(1);
  });

  it('are read several per call', () => {
    const settings = settingsOf('http', { url, reports: { ...words, list: '/results' } });
    const results = [
      { id: 'a', status: 'DELIVERED' },
      { id: 'b', status: 'PENDING' },
      { id: 'c', status: 'EXPIRED' },
      { status: 'EXPIRED' },
      null,
    ];
    expect(readReportsOf(settings, { body: { results } }).map(({ reference, status }) => [reference, status])).toEqual([
      ['a', 'network-delivered'],
      ['c', 'failed'],
    ]);
  });

  it.each([undefined, null, 'text', [], {}, { id: 'a' }, { id: {}, status: [] }])('are empty in %j', (body) => {
    expect(readReportsOf(settingsOf('http', { url, reports: words }), { body })).toEqual([]);
    expect(readReportsOf(settingsOf('http', { url, reports: { ...words, list: '/x' } }), { body })).toEqual([]);
    expect(readReportsOf(settingsOf('http', { url }), { body: { id: 'a', status: 'DELIVERED' } })).toEqual([]);
  });
});

describe('delivery reports of eSMS', () => {
  const settings = settingsOf('esms', { url });
  /** A callback as in the sample of eSMS's page. */
  const sample =
    'SMSID=dc712784-9c5f-4c69-b9a8-ea69d56adc9a87&SendFailed=0&SendStatus=5&SendSuccess=1&TotalPrice=850.0000' +
    '&TotalReceiver=1&TotalSent=1&RequestId=alert-1&TypeId=2&telcoid=1&phonenumber=0901888484&switchsmsid=';
  const read = (change: Record<string, string> = {}) =>
    readReportsOf(settings, { query: { ...Object.fromEntries(new URLSearchParams(sample)), ...change } });

  it('say that a message arrived, under the name of eSMS and under ours, and nothing about the phone', () => {
    const detail = 'SendStatus 5, SendSuccess 1, SendFailed 0';
    expect(read()).toEqual([
      { reference: 'dc712784-9c5f-4c69-b9a8-ea69d56adc9a87', status: 'network-delivered', detail },
      { reference: 'alert-1', status: 'network-delivered', detail },
    ]);
    expect(JSON.stringify(read())).not.toContain('0901888484');
    expect(read({ RequestId: '' })).toHaveLength(1);
  });

  it('say that one failed, or was refused', () => {
    const states = (change: Record<string, string>) => read(change).map(({ status }) => status);
    expect(states({ SendSuccess: '0', SendFailed: '1' })).toEqual(['failed', 'failed']);
    expect(states({ SendStatus: '4', SendSuccess: '0' })).toEqual(['failed', 'failed']);
  });

  it('say nothing before the result is known', () => {
    expect(read({ SendStatus: '7' })).toEqual([]);
    expect(read({ SendStatus: '2', SendSuccess: '0' })).toEqual([]);
    expect(read({ SendSuccess: '0', SendFailed: '0' })).toEqual([]);
    expect(read({ SendSuccess: '1', SendFailed: '1' })).toEqual([]);
    expect(readReportsOf(settings, {})).toEqual([]);
  });
});
