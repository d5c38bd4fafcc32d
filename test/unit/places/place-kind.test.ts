import type { PlaceKindRuled } from '../../../src/places/events.js';
import { describe, expect, it } from '@jest/globals';
import { placeKindDecider, type PlaceKindRule } from '../../../src/places/place-kind.js';
import { ruleOf } from '../../../src/places/cli.js';
import { given as givenOf } from '../../support/decider-spec.js';

const ruled = (kind: string, stayMinutes: number | null, closedByNext: boolean | null): PlaceKindRuled => ({
  type: 'PlaceKindRuled',
  data: { kind, stayMinutes, closedByNext, shares: null },
});
const given = givenOf(placeKindDecider);
const rule = (kind: string, said: Partial<PlaceKindRule>) => ({ kind, rule: said });

describe('A kind of place', () => {
  it('is ruled for by its name in lower case', () => {
    given()
      .when(rule(' Quán Ăn ', { stayMinutes: 90 }))
      .then(ruled('quán ăn', 90, null));
    given(ruled('quán ăn', 90, null))
      .when(rule('Qua\u0301n A\u0306n', { stayMinutes: 90 }))
      .then();
  });

  it('keeps what was ruled before and is not said anew', () => {
    given(ruled('bus', 30, null))
      .when(rule('bus', { closedByNext: true }))
      .then(ruled('bus', 30, true));
    given(ruled('bus', 30, true))
      .when(rule('bus', { stayMinutes: null }))
      .then(ruled('bus', null, true));
  });

  it('is not ruled for twice with the same', () => {
    given(ruled('bus', 30, true))
      .when(rule('bus', { stayMinutes: 30 }))
      .then();
    given()
      .when(rule('bus', { stayMinutes: null }))
      .then();
    given(ruled('bus', 20, null), ruled('ward', 30, null))
      .when(rule('bus', { stayMinutes: 30 }))
      .then(ruled('bus', 30, null));
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
