import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { catalogue, checkEvent, isEventType, upcast } from '../../../src/log/catalogue.js';
import { describeCatalogue } from '../../../src/log/describe-catalogue.js';

const FILE = 'docs/events.md';

describe('The catalogue of events', () => {
  it('is the one that docs/events.md describes (UPDATE_DOCS=1 writes it anew)', () => {
    const now = describeCatalogue();
    if (process.env['UPDATE_DOCS']) writeFileSync(FILE, now);

    expect(existsSync(FILE) ? readFileSync(FILE, 'utf8') : '').toBe(now);
  });

  it('refuses an event whose field is wrong, and names the field', () => {
    const event = {
      type: 'CheckedOut' as const,
      data: { visitId: 'v', personId: 'p', placeId: 'x', arrivedAt: '2021-08-01T09:00:00Z', leftAt: 'noon' },
    };

    expect(() => checkEvent(event)).toThrow(/leftAt/);
  });

  it('refuses a field that the type does not have', () => {
    const data = { visitId: 'v', personId: 'p', name: 'leaked' };

    expect(() => checkEvent({ type: 'VisitRetracted', data })).toThrow(/name/);
  });

  it('refuses an event of a newer version than it knows', () => {
    const newer = catalogue.VisitRetracted.version + 1;

    expect(() => upcast('VisitRetracted', newer, {})).toThrow(/older than the log/);
  });

  it('takes an answer of one person as it always was, and one of several only with how many have symptoms', () => {
    const answered = (more: object) => {
      const data = { alertId: 'a', caseId: 'c', personId: 'p', symptoms: [], vaccinated: true, moved: false, ...more };
      return () => checkEvent({ type: 'ContactAnswered', data });
    };

    expect(answered({})).not.toThrow();
    expect(answered({ others: ['q'], ill: 0 })).not.toThrow();
    expect(answered({ others: ['q'] })).toThrow(/ill/);
    expect(answered({ ill: 1 })).toThrow(/ill/);
  });

  it('reads an answer of before a phone could answer as that of one person', () => {
    const data = { alertId: 'a', caseId: 'c', personId: 'p', symptoms: ['fever'], vaccinated: true, moved: false };
    expect(upcast('ContactAnswered', 1, data)).toEqual(data);
    expect(upcast('ContactAnswered', 2, data)).toEqual(data);
    expect(catalogue.ContactAnswered.version).toBe(3);
  });

  it.each(['CheckedIn', 'VisitCorrected'] as const)('reads a %s of before there were seats as one without', (type) => {
    const { version } = catalogue[type];
    expect(upcast(type, version - 1, { visitId: 'v', leftAt: null })).toEqual({
      visitId: 'v',
      leftAt: null,
      seat: null,
    });
    expect(upcast(type, version, { visitId: 'v', seat: '12A' })).toEqual({ visitId: 'v', seat: '12A' });
  });

  it('knows its own types only', () => {
    expect(isEventType('CheckedIn')).toBe(true);
    expect(isEventType('$metadata')).toBe(false);
    expect(isEventType('toString')).toBe(false);
  });
});
