import { describe, expect, it } from '@jest/globals';
import { rulePlaceKind } from '../../../src/places/requests.js';
import { RowRefused } from '../../../src/requests/refusal.js';
import { parseProfile } from '../../../src/cases/profiles.js';
import { approveAlerts } from '../../../src/alerting/requests.js';
import { pauseAlerts } from '../../../src/operations/requests.js';
import { closeTask } from '../../../src/tasks/requests.js';
import { readGiven } from '../../../src/requests/schema.js';

const refusalOf = (work: () => unknown): string[] => {
  try {
    work();
    return [];
  } catch (error) {
    if (!(error instanceof RowRefused)) throw error;
    return error.complaints.map(({ column, reason }) => `${column} ${reason}`);
  }
};

describe("An operator's text", () => {
  const decide = (more: object) => readGiven(approveAlerts.fields, { case_id: 'c', by: 'Lan', ...more }, 'UTC');
  const order = (more: object) =>
    readGiven(pauseAlerts.fields, { by: 'Lan', reason: 'the gateway fails', ...more }, 'UTC');

  it('is stored in one line and in one form', () => {
    expect(order({ reason: '  two\r\nlines\tof it ' })).toMatchObject({ reason: 'two lines of it' });
    expect(order({ by: 'Nguyễn\u00A0Lan\u200B'.normalize('NFD') })).toMatchObject({
      by: 'Nguyễn Lan'.normalize('NFC'),
    });
  });

  it.each([
    ['clears the screen', { reason: 'ok\u001B[2J' }, 'reason'],
    ['rings', { by: 'Lan\u0007' }, 'by'],
    ['overwrites a line with an 8-bit control character', { reason: 'ok\u009B1A' }, 'reason'],
    ['contains half a character', { reason: 'x\ud800' }, 'reason'],
    ['contains only invisible characters', { by: '\u200B\u2060' }, 'by'],
    ['identifies somebody by a phone', { reason: 'ask 0912 345 678' }, 'reason'],
    ['identifies somebody by a citizen number', { by: '001099012345' }, 'by'],
  ])('is refused when it %s', (_, more, field) => {
    expect(refusalOf(() => order(more))).toEqual([expect.stringMatching(new RegExp(`^${field} (has|is empty)`))]);
  });

  it('about a held case may be left out, and must not identify anybody by a number either', () => {
    expect(decide({})).toEqual({ case_id: 'c', by: 'Lan' });
    expect(decide({ note: '' })).toEqual({ case_id: 'c', by: 'Lan', note: '' });
    expect(refusalOf(() => decide({ note: 'ask +84 912 345 678' }))).toHaveLength(1);
  });

  it('about a task is sealed, and may name a phone', () => {
    const note = 'nobody at home, call 0912 345 678';
    expect(readGiven(closeTask.fields, { task_id: 't', outcome: 'done', by: 'Lan', note }, 'UTC')).toMatchObject({
      note,
    });
  });

  it('has no field that is called __proto__', () => {
    const given: unknown = JSON.parse('{"__proto__":{"by":"x"},"by":"Lan","reason":"y"}');
    expect(refusalOf(() => readGiven(pauseAlerts.fields, given, 'UTC'))).toEqual(['__proto__ is not known']);
  });

  it('as the kind of a place has the form that places use', () => {
    const read = (kind: string) => readGiven(rulePlaceKind.fields, { kind, shares: null }, 'UTC');
    expect(read('chợ\u00A0đêm'.normalize('NFD')).kind).toBe('chợ đêm'.normalize('NFC'));
    expect(() => read('bar\u001B[2J')).toThrow('U+001B');
  });

  it('in a profile file is checked, wherever it is', () => {
    expect(() => parseProfile('{"notes":["ok\\u001b[2J"]}', 'mine.json')).toThrow('U+001B');
  });
});
