import { describe, expect, it } from '@jest/globals';
import { isVietnameseMobile, normalisePhone } from '../../../src/ingest/phone.js';
import { RowReader } from '../../../src/ingest/read-rows.js';
import type { Kind } from '../../../src/ingest/rows.js';

/** What is wrong with a row: its columns. */
function wrong(kind: Kind, row: unknown): string[] {
  const read = new RowReader(kind, 'UTC').read(row);
  return 'complaints' in read ? read.complaints.map(({ column }) => column) : [];
}

const visit = { person_id: 'p1', place_id: 'c1', arrived_at: '2021-08-01T09:00:00Z' };
const result = {
  sample_id: 's1',
  person_id: 'p1',
  disease: 'covid-19',
  collected_at: '2021-08-01T09:00:00Z',
  result: 'positive',
};

describe('An id', () => {
  it.each([
    '1',
    'u829',
    '4bf00a3b51f2c9b6091cf192',
    'Nguyễn An',
    'a b',
    'a-b',
    'x'.repeat(100),
    '12345678',
    '091234567',
  ])('may be %s', (id) => {
    expect(wrong('check-ins', { ...visit, person_id: id })).toEqual([]);
  });

  it.each([' p1', 'p1 ', 'p\u00001', 'p\n1', 'p\t1', 'x'.repeat(101), '\uFFFD', 7])('is refused as %j', (id) => {
    expect(wrong('check-ins', { ...visit, person_id: id })).toEqual(['person_id']);
  });

  it.each(['0912345678', '+84912345678', '091 234 5678', '0912.345.678'])(
    'of a person is no phone number (%s)',
    (id) => {
      expect(wrong('check-ins', { ...visit, person_id: id })).toEqual(['person_id']);
      expect(wrong('people', { person_id: id })).toEqual(['person_id']);
    },
  );

  it('of a place may look like one', () => {
    expect(wrong('check-ins', { ...visit, place_id: '0912345678' })).toEqual([]);
  });
});

describe('A phone', () => {
  it.each([
    ['0912 345 678', '+84912345678'],
    ['+84 912-345-678', '+84912345678'],
    ['84912345678', '+84912345678'],
    ['(024) 3825 5599', '+842438255599'],
    ['+1 202 555 0143', '+12025550143'],
    ['01681234567', '+84381234567'],
    ['+84 120 123 4567', '+84701234567'],
    ['0199 123 4567', '+84591234567'],
  ])('written as %s is %s', (text, expected) => {
    expect(normalisePhone(text)).toBe(expected);
  });

  it.each(['', '12', '0812', '09123456789', 'none', '+84 111'])('is not %j', (text) => {
    expect(normalisePhone(text)).toBeUndefined();
  });

  it('is told from an id', () => {
    expect(isVietnameseMobile('0912345678')).toBe(true);
    expect(isVietnameseMobile('0112345678')).toBe(false);
    expect(isVietnameseMobile('09123456789')).toBe(false);
  });
});

describe('A row', () => {
  it.each<[Kind, Record<string, unknown>, string[]]>([
    ['check-ins', {}, ['person_id', 'place_id', 'arrived_at']],
    ['check-ins', { ...visit, left_at: '2021-08-01T08:59:59Z' }, ['left_at']],
    ['check-ins', { ...visit, left_at: visit.arrived_at }, []],
    ['check-ins', { ...visit, left_at: '' }, []],
    ['check-ins', { ...visit, left: '' }, []],
    ['check-ins', { ...visit, left: 'x' }, ['left']],
    [
      'proximity',
      { person_a: 'a', person_b: 'a', started_at: visit.arrived_at, ended_at: visit.arrived_at },
      ['person_b'],
    ],
    ['places', { place_id: 'c', name: 'C', kind: 'cafe', latitude: '21.0285', longitude: -105, capacity: '12' }, []],
    ['check-ins', { ...visit, left_at: '2022-08-02T09:00:00Z' }, []],
    ['check-ins', { ...visit, left_at: '2022-08-02T09:00:01Z' }, ['left_at']],
    ['check-ins', { ...visit, left_at: '2099-08-01T10:00:00Z' }, ['left_at']],
    ['places', { place_id: 'c', name: 'C', kind: 'cafe', latitude: 91 }, ['latitude']],
    ['places', { place_id: 'c', name: 'C', kind: 'cafe', capacity: '1.5' }, ['capacity']],
    ['places', { place_id: 'c', name: 'C', kind: 'cafe', capacity: '1e3' }, ['capacity']],
    ['places', { place_id: 'c', name: 'C', kind: 'cafe', default_stay_minutes: 0 }, ['default_stay_minutes']],
    ['places', { place_id: 'c', name: 'C', kind: 'cafe', latitude: '21,03' }, ['latitude']],
    ['people', { person_id: 'p', language: 'EN' }, []],
    ['people', { person_id: 'p', language: 'French', phone: '12' }, ['phone', 'language']],
    ['results', result, []],
    ['results', { ...result, result: 'Positive' }, []],
    ['results', { ...result, result: 'maybe' }, ['result']],
    ['results', { ...result, pool_size: '0' }, ['pool_size']],
    [
      'results',
      { ...result, infectious_from: '2021-08-02T00:00Z', infectious_until: '2021-08-02T00:00Z' },
      ['infectious_until'],
    ],
    ['results', { ...result, infectious_until: '2021-08-02T00:00Z' }, []],
    ['isolations', { person_id: 'p', started_at: '2021-08-02T00:00Z', ended_at: '2021-08-01T00:00Z' }, ['ended_at']],
  ])('of %s %j is wrong in %j', (kind, row, columns) => {
    expect(wrong(kind, row)).toEqual(columns);
  });

  it('gives a reason and a fix for each column', () => {
    const read = new RowReader('results', 'UTC').read({ ...result, collected_at: undefined, person: 'p1' });

    expect(read).toEqual({
      complaints: [
        { column: 'collected_at', reason: 'is missing', fix: 'Give collected_at.' },
        {
          column: 'person',
          reason: 'is no field of results',
          fix: expect.stringMatching(/^Did you mean person_id\? Known are sample_id,/),
        },
      ],
    });
  });

  it('of results leaves open what the row leaves out', () => {
    expect(new RowReader('results', 'UTC').read({ ...result, disease: 'COVID-19' })).toMatchObject({
      row: { disease: 'covid-19', reportedAt: null, poolSize: 1, onsetAt: null },
    });
  });
});
