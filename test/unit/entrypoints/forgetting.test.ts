import type { TraceCompleted } from '../../../src/cases/events.js';
import { describe, expect, it } from '@jest/globals';
import { CaseView } from '../../../src/alerting/case-views.js';
import { Rules } from '../../../src/alerting/rules.js';
import type { DiseaseProfile } from '../../../src/cases/profile.js';
import { derivedMemory } from '../../../src/entrypoints/guarding.js';
import { Diseases } from '../../../src/cases/diseases.js';
import { addProfile, builtInProfiles } from '../../../src/cases/profiles.js';
import { exchangeable } from '../../support/exchangeable-log.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';

const [builtIn] = builtInProfiles();
const own = (stay: number): DiseaseProfile => ({
  ...(builtIn as DiseaseProfile),
  ...{ id: 'own', disease: 'own-disease', quarantine: { 1: { days: stay } } },
});

describe('A process whose log is replaced', () => {
  it('uses the rules of the current log, though another version of the same name existed before', async () => {
    const [former, present] = [new MemoryEventStore(), new MemoryEventStore()];
    const { log, put } = exchangeable(former);
    await addProfile(former, own(7));
    await addProfile(present, own(14));
    const rules = new Rules(log, { zone: 'UTC', now: Date.now });
    const view = new CaseView('a');
    view.list.latest = { profileId: 'own', profileVersion: 1 } as TraceCompleted['data'];
    const days = async () => (await rules.of(view))?.quarantine[1]?.days;
    expect(await days()).toBe(7);
    put(present);
    rules.forget();
    expect(await days()).toBe(14);
  });

  it('accepts no results of a disease for which only the former log had a profile', async () => {
    const { log, put } = exchangeable(new MemoryEventStore());
    await addProfile(log, own(7));
    const diseases = new Diseases(log, 'UTC');
    expect(await diseases.has('own-disease')).toBe(true);
    put(new MemoryEventStore());
    diseases.forget();
    expect(await diseases.has('own-disease')).toBe(false);
  });

  it("forgets people's keys, the time of the log's last event, and what its part caches", async () => {
    const forgotten: string[] = [];
    const forgets = (what: string) => ({ forget: () => void forgotten.push(what) });
    const kept = { sealing: forgets('keys'), clock: forgets('last event') };
    const position = { commit: 0n, prepare: 0n };
    const memory = derivedMemory(kept, () => void forgotten.push('rules'));
    await memory.keep({ event: { id: 'a', stream: 's', revision: 0, position } });
    await memory.makeAgain({ standing: 'shorter', known: position, end: undefined });
    expect(forgotten).toEqual(['keys', 'last event', 'rules']);
    expect(await memory.known()).toEqual({ mark: undefined });
  });
});
