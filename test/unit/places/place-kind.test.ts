import { MemoryEventStore } from '../../support/memory-event-store.js';
import { MasterKey } from '../../../src/event-log/master-key.js';
import { Sealing } from '../../../src/event-log/sealing.js';
import { rulePlaceKind } from '../../../src/places/requests.js';
import { Contexts } from '../../../src/requests/context.js';
import { registerRequest } from '../../../src/cli/bind.js';
import type { PlaceKindRuled } from '../../../src/places/events.js';
import { describe, expect, it, jest } from '@jest/globals';
import { Command } from 'commander';
import { fold } from '../../../src/kernel/decider.js';
import { placeKindDecider, type PlaceKindRule } from '../../../src/places/place-kind.js';

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
  async function rule(...options: string[]): Promise<unknown> {
    const store = new MemoryEventStore();
    const program = new Command().exitOverride();
    const contexts = new Contexts({ store, sealing: new Sealing(store, new MasterKey(Buffer.alloc(32))), zone: 'UTC' });
    registerRequest(program, rulePlaceKind, async () => (_, use) => use(contexts.for({ source: 'cli' }), 'UTC'));
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
  ])('%j rule %j', async (options, ruled) => {
    expect(await rule('Bus', ...options)).toEqual({ ...nothing, ...ruled });
  });

  it.each([
    [['bus'], 'nothing is ruled'],
    [[' ', '--stay', '5'], '<kind> is empty'],
    [['bus', '--stay', '0'], '--stay is less than 1 minute'],
    [['bus', '--stay', '10081'], '--stay is more than 10080 minutes'],
    [['bus', '--stay', '1.5'], '--stay is not a whole number of minutes'],
    [['bus', '--stay', '5', '--auto-check-out', '6'], '--stay and --auto-check-out are names of one thing'],
    [['bus', '--closed-by-next', 'on'], '--closed-by-next is neither true nor false'],
    [['bus', '--shares', 'cups'], '--shares is none of household, vehicle, group, nothing'],
  ])('of %j are refused, since %s', async (options, reason) => {
    await expect(rule(...options)).rejects.toThrow(reason);
  });
});
