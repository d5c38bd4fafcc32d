import { MemoryEventStore } from '../../support/memory-event-store.js';
import { MasterKey } from '../../../src/event-log/master-key.js';
import { Sealing } from '../../../src/event-log/sealing.js';
import { rulePlaceKind } from '../../../src/places/requests.js';
import { Contexts } from '../../../src/requests/context.js';
import { registerRequest } from '../../../src/cli/bind.js';
import type { PlaceKindRuled } from '../../../src/places/events.js';
import { describe, expect, it, jest } from '@jest/globals';
import { Command } from 'commander';
import { placeKindDecider, type PlaceKindRule } from '../../../src/places/place-kind.js';
import { given as givenOf } from '../../support/decider-spec.js';

const ruled = (kind: string, stayMinutes: number | null, closedByNext: boolean | null): PlaceKindRuled => ({
  type: 'PlaceKindRuled',
  data: { kind, stayMinutes, closedByNext, shares: null },
});
const given = givenOf(placeKindDecider);
const rule = (kind: string, said: Partial<PlaceKindRule>) => ({ kind, rule: said });

describe('A kind of place', () => {
  it('has a rule by its name in lower case', () => {
    given()
      .when(rule(' Quán Ăn ', { stayMinutes: 90 }))
      .then(ruled('quán ăn', 90, null));
    given(ruled('quán ăn', 90, null))
      .when(rule('Qua\u0301n A\u0306n', { stayMinutes: 90 }))
      .then();
  });

  it('keeps earlier rules that are not stated again', () => {
    given(ruled('bus', 30, null))
      .when(rule('bus', { closedByNext: true }))
      .then(ruled('bus', 30, true));
    given(ruled('bus', 30, true))
      .when(rule('bus', { stayMinutes: null }))
      .then(ruled('bus', null, true));
  });

  it('does not get the same rule twice', () => {
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
  async function rule(...options: string[]): Promise<unknown> {
    const store = new MemoryEventStore();
    const program = new Command().exitOverride();
    const master = new MasterKey(Buffer.alloc(32));
    const contexts = new Contexts({ store, master, sealing: new Sealing(store, master), zone: 'UTC' });
    registerRequest(
      program,
      rulePlaceKind,
      async () => (_, use) => use(contexts.for({ source: 'cli' }), { zone: 'UTC' }),
    );
    const said = jest.spyOn(console, 'log').mockImplementation(() => undefined);
    try {
      await program.parseAsync(['place-kinds', 'set', ...options, '--json'], { from: 'user' });
      const { outcome, ...ruled } = JSON.parse(String(said.mock.calls[0]?.[0])) as Record<string, unknown>;
      expect(outcome).toBe(store.all.length > 0 ? 'new' : 'unchanged');
      return ruled;
    } finally {
      said.mockRestore();
    }
  }
  const nothing = { kind: 'bus', stay_minutes: null, closed_by_next: null, shares: null };

  it.each([
    [['--stay', '90'], { stay_minutes: 90 }],
    [['--auto-check-out', '90'], { stay_minutes: 90 }],
    [['--stay', 'none'], { stay_minutes: null }],
    [['--closed-by-next', 'yes'], { closed_by_next: true }],
    [['--closed-by-next', 'no', '--stay', '10080'], { closed_by_next: false, stay_minutes: 10_080 }],
    [['--closed-by-next', 'none'], { closed_by_next: null }],
    [['--shares', 'vehicle'], { shares: 'vehicle' }],
  ])('%j set %j', async (options, ruled) => {
    expect(await rule('Bus', ...options)).toEqual({ ...nothing, ...ruled });
  });

  it.each([
    [['bus'], 'no rule is given'],
    [[' ', '--stay', '5'], '<kind> is empty'],
    [['bus', '--stay', '0'], '--stay is less than 1 minute'],
    [['bus', '--stay', '10081'], '--stay is more than 10080 minutes'],
    [['bus', '--stay', '1.5'], '--stay is not a whole number of minutes'],
    [['bus', '--stay', '5', '--auto-check-out', '6'], '--stay and --auto-check-out name the same thing'],
    [['bus', '--closed-by-next', 'on'], '--closed-by-next is neither true nor false'],
    [['bus', '--shares', 'cups'], '--shares is none of household, vehicle, group, nothing'],
  ])('of %j are refused, because %s', async (options, reason) => {
    await expect(rule(...options)).rejects.toThrow(reason);
  });
});
