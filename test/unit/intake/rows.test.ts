import { describe, expect, it } from '@jest/globals';
import { normalisePhone, phoneComplaint } from '../../../src/intake/phone.js';
import { readerOf, type Kind } from '../../support/rows.js';

/** The columns with errors in a row. */
function wrong(kind: Kind, row: unknown): string[] {
  const read = readerOf(kind, 'UTC').read(row);
  return 'complaints' in read ? read.complaints.map(({ column }) => column) : [];
}

const visit = { person_id: 'p1', place_id: 'c1', arrived_at: '2021-08-01T09:00:00Z' };
const meeting = {
  person_a: 'a',
  person_b: 'b',
  started_at: '2021-08-01T09:00:00Z',
  ended_at: '2021-08-01T09:10:00Z',
};
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
    '4bf00a3b-51f2-4c9b-8609-112345678901',
    'hcm-05-20210801',
    'ab0912345678cd51f2c9b6091cf19200',
    'chợ Bến Thành 2',
    '日本橋',
  ])('may be %s', (id) => {
    expect(wrong('check-ins', { ...visit, person_id: id })).toEqual([]);
  });

  it.each([
    ...[' p1', 'p1 ', 'p\u00001', 'p\n1', 'p\t1', 'x'.repeat(101), '\uFFFD', 7],
    // Half a character, a zero width space, a direction mark, a joiner, a soft hyphen, a byte order mark, a filler, a
    // private character, an unassigned one, other spaces, a line separator, a braille blank, a tag.
    ...[
      'x\ud800',
      '\udc00x',
      'p\u200B1',
      'p1\u200E',
      'p\u200D1',
      'p\u00AD1',
      '\uFEFFp1',
      'p\u3164',
      'p\uE000',
      'p\u0378',
    ],
    ...['p\u00A01', 'p\u30001', 'p\u20281', 'p\u2800', 'p\u{E0041}', 'p\u034F1', 'p\uFE0F'],
    ...['=cmd|x', '+1', '-1', '@sum', '\tp', '＝cmd', '－1'],
  ])('is refused as %j', (id) => {
    expect(wrong('check-ins', { ...visit, person_id: id })).toEqual(['person_id']);
  });

  const numbers = [
    ...['0912345678', '091 234 5678', '0912.345.678', '84912345678', '0084 912 345 678', '(09) 1234-5678'],
    ...['０９１２３４５６７８', '٠٩١٢٣٤٥٦٧٨', '०९१२३४५६७८', '𝟎𝟗𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖', '⓪⑨①②③④⑤⑥⑦⑧', '0912–345–678', '01681234567'],
    ...['02438255599', 'tel:0912345678', 'bn0912345678', 'BN 12 0912 345 678', 'sdt_84.912.345.678', '840912345678'],
    ...['012345678', '123 456 789', '001099012345', '079-203-001234', 'cccd 001099012345', '912345678', '084912345678'],
  ];

  it.each(numbers)('of people, places and households may not be a phone or citizen number (%s)', (id) => {
    expect(wrong('check-ins', { ...visit, person_id: id })).toEqual(['person_id']);
    expect(wrong('check-ins', { ...visit, place_id: id })).toEqual(['place_id']);
    expect(wrong('people', { person_id: 'p1', household_id: id })).toEqual(['household_id']);
    expect(wrong('places', { place_id: id, name: 'x', kind: 'cafe' })).toEqual(['place_id']);
    expect(wrong('proximity', { ...meeting, person_a: id })).toEqual(['person_a']);
  });

  it.each(numbers)('of a tube may be whatever a laboratory writes on it (%s)', (id) => {
    expect(wrong('results', { ...result, sample_id: id })).toEqual([]);
  });

  it('is the same whether its letters are composed or not', () => {
    const composed = 'x04-chợ-lớn'.normalize('NFC');
    const read = readerOf('check-ins', 'UTC').read({ ...visit, place_id: composed.normalize('NFD') });

    expect(composed).not.toBe(composed.normalize('NFD'));
    expect(read).toMatchObject({ row: { placeId: composed } });
  });

  it('shows which character is invisible', () => {
    const read = readerOf('check-ins', 'UTC').read({ ...visit, place_id: 'cafe\u200B' });

    expect(read).toMatchObject({ complaints: [{ column: 'place_id', reason: expect.stringContaining('U+200B') }] });
  });
});

describe('A name', () => {
  const named = (name: string) => {
    const read = readerOf('people', 'UTC').read({ person_id: 'p1', name });
    return 'row' in read ? (read.row as { name: unknown }).name : read.complaints.map(({ column }) => column);
  };

  it.each([
    ['Nguyễn An'.normalize('NFD'), 'Nguyễn An'.normalize('NFC')],
    ['Nguyễn\u00A0An', 'Nguyễn An'],
    ['\uFEFFAn\u200B\u200E', 'An'],
    ['An\u202Etxt', 'Antxt'],
    ['A\u200Dn', 'An'],
    ['علی\u200Cرضا', 'علی\u200Cرضا'],
    ['ක\u0DCA\u200Dරිශාන්', 'ක\u0DCA\u200Dරිශාන්'],
    ["D'Arcy-Nguyễn", "D'Arcy-Nguyễn"],
    ['+84912345678', '+84912345678'],
  ])('given as %j is kept as %j', (given, kept) => {
    expect(named(given)).toBe(kept);
  });

  it.each(['x\ud800', 'a\u001B[2J', 'a\nb', 'a\u009Bb', '\uE001', 'a\u2028b', 'x'.repeat(201)])(
    'is refused as %j',
    (given) => {
      expect(named(given)).toEqual(['name']);
    },
  );
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
    ['0838295555', '+84838295555'],
    ['083 829 5555', '+84838295555'],
    ['0838 295 555', '+84838295555'],
    ['028 3829 5555', '+842838295555'],
    ['1900 9095', '+8419009095'],
  ])('written as %s is %s', (text, expected) => {
    expect(normalisePhone(text)).toBe(expected);
  });

  it.each(['', '12', '0812', '09123456789', 'none', '+84 111', 'Tel 0912345678', '0912345678 (mẹ)', '0912345678 x12'])(
    'cannot be %j',
    (text) => {
      expect(normalisePhone(text)).toBeUndefined();
    },
  );

  it.each(['08 3829 5555', '(08) 3829 5555', '08-3829-5555', '08.38295555', '+84 8 3829 5555'])(
    'from Saigon before 2017 is not guessed: %s is refused with both ways of writing it',
    (text) => {
      expect(normalisePhone(text)).toBeUndefined();
      expect(phoneComplaint(text).fix).toBe(
        'Write 028 3829 5555 if it is the landline, 0838295555 if it is the mobile.',
      );
    },
  );
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
    // Contradicting dates in one row.
    ['isolations', { person_id: 'p', started_at: '2021-08-02T00:00Z', ended_at: '2031-08-09T00:00Z' }, ['ended_at']],
    [
      'proximity',
      { person_a: 'a', person_b: 'b', started_at: '2020-02-01T09:00:00Z', ended_at: '2021-08-01T09:00:00Z' },
      ['ended_at'],
    ],
    ['results', { ...result, onset_at: '2020-07-30T00:00Z' }, ['onset_at']],
    ['results', { ...result, rash_at: '2020-07-30T00:00Z' }, ['rash_at']],
    ['results', { ...result, infectious_from: '2020-07-30T00:00Z' }, ['infectious_from']],
    ['results', { ...result, infectious_until: '2023-07-30T00:00Z' }, ['infectious_until']],
    ['results', { ...result, reported_at: '2021-07-31T09:00:00Z' }, ['reported_at']],
    ['results', { ...result, reported_at: '2021-08-01T00:00:00Z' }, []],
  ])('of %s %j is wrong in %j', (kind, row, columns) => {
    expect(wrong(kind, row)).toEqual(columns);
  });

  it('has a reason and a fix for each column', () => {
    const read = readerOf('results', 'UTC').read({ ...result, collected_at: undefined, person: 'p1' });

    expect(read).toEqual({
      complaints: [
        { column: 'collected_at', reason: 'is missing', fix: 'Give collected_at.' },
        {
          column: 'person',
          reason: 'is not a field of results',
          fix: expect.stringMatching(/^Did you mean person_id\? Known fields: sample_id,/),
        },
      ],
    });
  });

  it('of results leaves undecided what the row leaves out', () => {
    expect(readerOf('results', 'UTC').read({ ...result, disease: 'COVID-19' })).toMatchObject({
      row: { disease: 'covid-19', reportedAt: null, poolSize: 1, onsetAt: null },
    });
  });
});
