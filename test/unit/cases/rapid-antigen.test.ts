import type { Link } from '../../../src/cases/case-graph.js';
import { describe, expect, it } from '@jest/globals';
import type { DiseaseProfile, RapidAntigenRule } from '../../../src/cases/profile.js';
import { confirmedBy, type RapidTest } from '../../../src/cases/rapid-antigen.js';
import { builtInProfiles } from '../../../src/cases/profiles.js';
import { calendarOf } from '../../../src/platform/calendar.js';

const HOUR = 3600;
const DAY = 24 * HOUR;
const NOW = 1_641_000_000;

const ruleOf = (id: string) =>
  (builtInProfiles().find((profile) => profile.id === id) as DiseaseProfile).rapidAntigen as RapidAntigenRule;
const letter = ruleOf('covid-19-vn-11042');
const later = ruleOf('covid-19-vn-1909');
const who = ruleOf('covid-19-who');

const test = (hours = 0, onsetKnown = false): RapidTest => ({
  collectedAt: NOW + hours * HOUR,
  reportedAt: NOW + hours * HOUR + HOUR / 2,
  onsetKnown,
});
const link = (degree: number | null, more: Partial<Link> = {}): Link => ({
  degree,
  first: NOW - 3 * DAY,
  last: NOW - 2 * DAY,
  ...more,
});
const by = (rule: RapidAntigenRule, links: Link[], own = test(), others: RapidTest[] = []) =>
  confirmedBy(rule, own, others, links, 14, calendarOf('Europe/Berlin'));

describe('A positive rapid antigen test', () => {
  it('confirms an F1 of a live case under letter 11042, and nobody else by itself', () => {
    expect(by(letter, [link(1)])).toBe('contact');
    expect(by(letter, [link(2)])).toBeUndefined();
    expect(by(letter, [link(null)])).toBeUndefined();
    expect(by(letter, [])).toBeUndefined();
  });

  it('confirms an F1 until the end of the last day of follow-up in the zone, even if clocks change', () => {
    const seconds = (text: string) => Date.parse(text) / 1000;
    // Fourteen days of 24 hours would end on 2 November at 23:20.
    const exposed = link(1, {
      first: seconds('2021-10-19T20:00:00+02:00'),
      last: seconds('2021-10-20T00:20:00+02:00'),
    });
    const taken = (at: string): RapidTest => ({ ...test(), collectedAt: seconds(at), reportedAt: seconds(at) + HOUR });
    expect(by(letter, [exposed], taken('2021-11-03T08:00:00+01:00'))).toBe('contact');
    expect(by(letter, [exposed], taken('2021-11-03T23:59:59+01:00'))).toBe('contact');
    expect(by(letter, [exposed], taken('2021-11-04T00:00:00+01:00'))).toBeUndefined();
  });

  it('confirms a person with symptoms and an epidemiological factor under letter 11042', () => {
    expect(by(letter, [link(null)], test(0, true))).toBe('symptoms');
    expect(by(letter, [link(2)], test(0, true))).toBe('symptoms');
    expect(by(letter, [], test(0, true))).toBeUndefined();
  });

  it('confirms together with a second one within 8 hours of the first one’s result, and a factor', () => {
    expect(by(letter, [link(null)], test(8.5), [test()])).toBe('repeated');
    expect(by(letter, [link(null)], test(), [test(8.5)])).toBe('repeated');
    expect(by(letter, [link(null)], test(8.6), [test()])).toBeUndefined();
    expect(by(letter, [link(null)], test(), [test()])).toBeUndefined();
    expect(by(letter, [], test(8.5), [test()])).toBeUndefined();
  });

  it('confirms with any factor under letter 1909, with or without symptoms', () => {
    expect(by(later, [link(null)])).toBe('factor');
    expect(by(later, [link(2)])).toBe('factor');
    expect(by(later, [], test(0, true))).toBeUndefined();
  });

  it('confirms with symptoms alone under the rules of WHO', () => {
    expect(by(who, [], test(0, true))).toBe('symptoms');
    expect(by(who, [link(1)])).toBe('contact');
    expect(by(who, [link(2)])).toBeUndefined();
  });

  it('does not count a later exposure, or one that ended longer ago than contacts are followed up', () => {
    expect(by(letter, [link(1, { first: NOW + 1, last: NOW + HOUR })])).toBeUndefined();
    expect(by(letter, [link(1, { last: NOW - 14 * DAY })])).toBe('contact');
    expect(by(letter, [link(1, { first: NOW - 20 * DAY, last: NOW - 15 * DAY })])).toBeUndefined();
    expect(by(letter, [link(1, { first: NOW - 90 * DAY, last: null })])).toBe('contact');
  });
});
