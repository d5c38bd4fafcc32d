import { describe, expect, it } from '@jest/globals';
import { rehearse, type Stage } from '../../../src/investigation/rehearse.js';
import { readInstant } from '../../../src/kernel/instant.js';
import { readConfig } from '../../../src/platform/config.js';
import { graphOf } from '../../oracle/array-graph.js';
import { AlertingRig, AT } from '../alerting/rig.js';

const at = readInstant(AT);
const HOUR = 3_600;
const PHONES = { an: '+84900000001', binh: '+84900000002' };

/** A log with two people who have phones, and a graph in which they met at a place. */
async function stageOf(rig: AlertingRig, people: readonly string[]): Promise<Stage & { asked: string[] }> {
  for (const [person, phone] of Object.entries(PHONES)) await rig.register(person, phone);
  const asked: string[] = [];
  const stays = Object.keys(PHONES).map((person) => ({ person, place: 'a cafe', from: at, to: at + HOUR }));
  return {
    asked,
    store: rig.store,
    sealing: rig.sealing,
    config: { ...readConfig({}), now: () => rig.now },
    queries: {
      somebody: async () => people.map((personId) => ({ personId, at })),
      casesDue: async () => asked.push('cases due'),
      samples: { rapidTests: async () => [], rapidTestsAmong: async () => [] },
      cases: { linksOf: async () => [] },
      alerts: { ...rig.usually, alerts: async () => [], alertsDue: async () => [] },
      places: rig.usually,
    },
    reading: (run) => {
      asked.push('trace');
      return run(graphOf({ stays, nearness: [], isolations: [], tests: [] }));
    },
    signal: new AbortController().signal,
  };
}

describe('A rehearsal', () => {
  it('takes a case from its result to its messages, and stores and sends nothing', async () => {
    const rig = new AlertingRig();
    const stage = await stageOf(rig, ['an']);
    const [before, phones] = [rig.store.all.length, [] as string[]];
    const { sealing } = stage;
    const opened = { open: (...of: Parameters<typeof sealing.open>) => (phones.push(of[0]), sealing.open(...of)) };
    const found = await rehearse({ ...stage, sealing: Object.assign(Object.create(sealing), opened) });
    expect(found).toBe(true);
    expect(stage.asked).toEqual(['cases due', 'trace']);
    // The message to the contact was written: that is the last step before it would be sent.
    expect(phones).toEqual(['binh']);
    expect(rig.store.all).toHaveLength(before);
    expect(rig.provider.messages).toEqual([]);
  });

  it('goes on with another person if one met nobody, and ends if nobody did', async () => {
    const stage = await stageOf(new AlertingRig(), ['somebody else', 'binh']);
    expect(await rehearse(stage)).toBe(true);
    expect(stage.asked.filter((each) => each === 'trace')).toHaveLength(2);
    expect(await rehearse(await stageOf(new AlertingRig(), ['somebody else']))).toBe(false);
    expect(await rehearse(await stageOf(new AlertingRig(), []))).toBe(false);
  });

  it('ends before its next step when the worker stops', async () => {
    const stage = await stageOf(new AlertingRig(), ['an', 'binh']);
    const stopping = new AbortController();
    const reading: Stage['reading'] = (run, past) => {
      stopping.abort();
      return stage.reading(run, past);
    };
    expect(await rehearse({ ...stage, reading, signal: stopping.signal })).toBe(false);
  });
});
