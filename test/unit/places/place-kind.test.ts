import type { PlaceKindRuled } from '../../../src/places/events.js';
import { describe, expect, it } from '@jest/globals';
import { fold } from '../../../src/kernel/decider.js';
import { placeKindDecider, type PlaceKindRule } from '../../../src/places/place-kind.js';
import { ruleOf } from '../../../src/places/cli.js';

const ruled = (kind: string, stayMinutes: number | null, closedByNext: boolean | null): PlaceKindRuled => ({
  type: 'PlaceKindRuled',
  data: { kind, stayMinutes, closedByNext, shares: null },
});
const when = (kind: string, rule: Partial<PlaceKindRule>, ...before: PlaceKindRuled[]) =>
  placeKindDecider.decide({ kind, rule }, fold(placeKindDecider, before));

describe('A kind of place', () => {
  it('is ruled for by its name in lower case', () => {
    expect(when(' Quán Ăn ', { stayMinutes: 90 })).toEqual([ruled('quán ăn', 90, null)]);
    expect(when('Qua\u0301n A\u0306n', { stayMinutes: 90 }, ruled('quán ăn', 90, null))).toEqual([]);
  });

  it('keeps what was ruled before and is not said anew', () => {
    expect(when('bus', { closedByNext: true }, ruled('bus', 30, null))).toEqual([ruled('bus', 30, true)]);
    expect(when('bus', { stayMinutes: null }, ruled('bus', 30, true))).toEqual([ruled('bus', null, true)]);
  });

  it('is not ruled for twice with the same', () => {
    expect(when('bus', { stayMinutes: 30 }, ruled('bus', 30, true))).toEqual([]);
    expect(when('bus', { stayMinutes: null })).toEqual([]);
    expect(when('bus', { stayMinutes: 30 }, ruled('bus', 20, null), ruled('ward', 30, null))).toHaveLength(1);
  });
});

describe('The options of place-kinds set', () => {
  it.each([
    [{ stay: '90' }, { stayMinutes: 90 }],
    [{ autoCheckOut: '90' }, { stayMinutes: 90 }],
    [{ stay: 'none' }, { stayMinutes: null }],
    [{ closedByNext: 'yes' }, { closedByNext: true }],
    [
      { closedByNext: 'no', stay: '10080' },
      { closedByNext: false, stayMinutes: 10_080 },
    ],
    [{ closedByNext: 'none' }, { closedByNext: null }],
  ])('%j rule %j', (options, rule) => {
    expect(ruleOf('bus', options)).toEqual(rule);
  });

  it.each([
    ['bus', {}],
    [' ', { stay: '5' }],
    ['bus', { stay: '0' }],
    ['bus', { stay: '10081' }],
    ['bus', { stay: '1.5' }],
    ['bus', { stay: '5', autoCheckOut: '6' }],
    ['bus', { closedByNext: 'on' }],
  ])('of %j are refused as %j', (kind, options) => {
    expect(() => ruleOf(kind, options)).toThrow();
  });
});
