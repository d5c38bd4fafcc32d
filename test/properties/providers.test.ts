import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MemoryEventStore } from '../support/memory-event-store.js';
import { alertRuns, seeded } from '../support/sizes.js';
import { RememberingProvider } from '../unit/alerting/remembering-provider.js';
import { AlertingRig, CASE } from '../unit/alerting/rig.js';

/** Milliseconds after which no process can still be handing a message over. */
const LATER = 91_000;

describe('Whatever providers and processes do,', () => {
  const PEOPLE = ['an', 'binh', 'chi'];
  const step = fc.record({
    down: fc.array(fc.boolean(), { minLength: 2, maxLength: 2 }),
    loses: fc.array(fc.constantFrom(undefined, undefined, 'sent' as const, 'unsent' as const), {
      minLength: 2,
      maxLength: 2,
    }),
    dies: fc.option(fc.record({ calls: fc.integer({ min: 1, max: 40 }), after: fc.boolean() }), { nil: undefined }),
    pass: fc.boolean(),
    atOnce: fc.integer({ min: 1, max: 3 }),
    contacts: fc.subarray(PEOPLE),
  });
  const knows = fc.constantFrom(
    { repeats: true, fates: true },
    { repeats: false, fates: true },
    { repeats: true, fates: false },
    { repeats: false, fates: false },
  );

  it('every message is sent at most once, is taken back if it was wrong, and everybody gets one or a visit', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 12 }), knows, knows, async (steps, one, other) => {
        const providers = [
          new RememberingProvider({ name: 'first', knows: one, once: one.repeats }),
          new RememberingProvider({ name: 'second', knows: other, once: other.repeats }),
        ];
        const rig = new AlertingRig(new MemoryEventStore(), providers);
        for (const [i, person] of PEOPLE.entries()) await rig.register(person, `+8490000000${i}`);
        await rig.confirm();
        let last: string[] = [];
        for (const each of steps) {
          last = each.contacts;
          await rig.trace(Object.fromEntries(last.map((person) => [person, 1 as const])));
          providers.forEach((given, i) => {
            given.down = each.down[i] ?? false;
            given.loses = each.loses[i];
          });
          if (each.pass) rig.now += LATER;
          if (each.dies) rig.restart({ ...each.dies });
          await rig.react();
          for (let round = 0; round < 3; round++) {
            await rig.run([...rig.jobs.keys()].slice(0, each.atOnce));
            await rig.react();
          }
        }
        for (const given of providers) {
          given.down = false;
          given.loses = undefined;
        }
        for (let round = 0; rig.behind || rig.jobs.size > 0; round++) {
          if (round > 200) throw new Error(`still busy: ${[...rig.jobs.keys()].join(', ')}`);
          rig.now += LATER;
          await rig.react();
          await rig.run([...rig.jobs.keys()]);
        }
        const ids = providers.flatMap(({ messages }) => messages.map(({ id }) => id));
        expect(new Set(ids).size).toBe(ids.length);
        for (const [i, person] of PEOPLE.entries()) {
          if (last.includes(person) || rig.sentTo(`+8490000000${i}`).length === 0) continue;
          // Sent messages were taken back, or it is recorded that this was impossible.
          const told = rig.alerts(person, CASE).findLast((state) => state.told || state.inDoubt !== null);
          expect(['sent', 'failed']).toContain(told?.withdrawal);
        }
        for (const person of last) {
          const state = rig.alerts(person, CASE).at(-1);
          const told = state?.status === 'covered' ? rig.alert(state.coveredBy ?? '').told : state?.told;
          expect(told || state?.failure === 'uncertain').toBe(true);
        }
      }),
      seeded(alertRuns),
    );
  }, 180_000);
});
