import { boot } from '../../../src/entrypoints/boot.js';
import type { DomainEvent } from '../../support/events.js';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Catalogue } from '../../../src/event-log/catalogue.js';
import { AsideRegister } from '../../../src/contact-graph/aside-register.js';
import { setAside } from '../../../src/contact-graph/set-aside.js';
import type { RecordedEvent } from '../../../src/event-log/event-store.js';
import { idOf } from '../../../src/kernel/ids.js';

let catalogue: Catalogue;
beforeAll(async () => void ({ catalogue } = await boot()));

function retracted(visitId: string, commit: number, stream = 'presence-An-202108'): RecordedEvent {
  const event: DomainEvent = { type: 'VisitRetracted', data: { visitId, personId: 'An' } };
  return {
    ...event,
    ...{ id: idOf(visitId, String(commit)), stream, revision: commit },
    position: { commit: BigInt(commit), prepare: BigInt(commit) },
    provenance: { source: 'test' },
    recordedAt: new Date(0),
  };
}
const unreadable = (commit: number) => ({ ...retracted('?', commit), reason: 'its content is no JSON' });

describe('The set-aside events', () => {
  it('are in the order of the log, whatever they wait for', () => {
    const register = new AsideRegister(catalogue);
    register.remember(setAside(retracted('v1', 100, 'other'), 'fails', 3, 'visit v1'));
    register.leaveOut(unreadable(200));
    register.leftOut(retracted('v1', 1000, 'other'));
    register.leftOut(retracted('v3', 300));
    expect(register.all.map(({ commit }) => commit)).toEqual(['100', '200', '300', '1000']);
  });

  it('are retried as one, in the order of the log, if an event waits for its visit and for its stream', () => {
    const register = new AsideRegister(catalogue);
    register.remember(setAside(retracted('v1', 100), 'fails', 3, 'visit v1'));
    register.leaveOut(unreadable(200));
    // Because it waits for both, everything that waits for either belongs together.
    const noted = register.leftOut(retracted('v1', 300));
    expect(noted).toMatchObject([
      { commit: '100', key: 'presence-An-202108', reason: 'fails', tries: 3 },
      { commit: '300', key: 'presence-An-202108', reason: expect.stringContaining('at 100') },
    ]);
    expect(new Set(register.all.map(({ key }) => key)).size).toBe(1);
    // Statements about the visit in another stream still wait for it.
    expect(register.leftOut(retracted('v1', 400, 'presence-An-202109'))).toMatchObject([{ key: 'presence-An-202108' }]);
    expect(register.leftOut(retracted('v1', 300))).toBe('known');
    for (const { id } of register.all) register.forget({ id });
    expect(register.leftOut(retracted('v1', 500))).toBeUndefined();
  });
});
