import { belongsToCase, caseDecider, type CaseState } from '../domain/case.js';
import type { TestResult } from '../domain/events.js';
import { readInstant } from '../domain/instant.js';
import { profileInForce, type DiseaseProfile } from '../domain/profile.js';
import { sampleDecider } from '../domain/sample.js';
import type { EventStore, Provenance, RecordedEvent } from '../log/event-store.js';
import { handle, load } from '../log/handle.js';
import { caseIdOf } from '../log/ids.js';
import { streams } from '../log/streams.js';

interface Episode {
  caseId: string;
  state: CaseState;
}

/**
 * "Open a case when a result turns positive, and take its evidence back when it no longer is": what one result means
 * for the cases of its person. Done twice it changes nothing.
 */
export async function applyResult(
  store: EventStore,
  profiles: readonly DiseaseProfile[],
  event: RecordedEvent,
): Promise<void> {
  switch (event.type) {
    case 'TestResultReported':
    case 'TestResultCorrected': {
      const { data, provenance } = event;
      const because = causedBy(event);
      const before = await resultBefore(store, event);
      if (before && before.disease !== data.disease) {
        await withdraw(store, profiles, before, 'the result was corrected to another disease', because);
      }
      // A pool says of nobody in it that they are infected; each is tested again.
      const confirms = data.result === 'positive' && data.poolSize === 1;
      if (!confirms) await withdraw(store, profiles, data, `the result was corrected to ${data.result}`, because);
      else if (provenance.laboratory) await confirm(store, profiles, data, because);
      return;
    }
    case 'TestResultRetracted':
      await withdraw(store, profiles, event.data, 'the result was retracted', causedBy(event));
      return;
    default:
      return;
  }
}

async function confirm(
  store: EventStore,
  profiles: readonly DiseaseProfile[],
  result: TestResult,
  provenance: Provenance,
): Promise<void> {
  const profile = profileInForce(profiles, result.disease, readInstant(result.collectedAt));
  if (!profile) throw new Error(`no profile for disease ${result.disease}`);
  const known = await episodes(store, result.personId, result.disease);
  const episode =
    known.find(({ state }) => state.evidence.has(result.sampleId)) ??
    known.find(({ state }) => belongsToCase(state, result.collectedAt, profile.reinfectionDays));
  const caseId = episode?.caseId ?? caseIdOf(result.personId, result.disease, known.length);
  await handle(
    store,
    caseDecider,
    streams.case(caseId),
    { type: 'ConfirmBySample', caseId, result, profile },
    provenance,
  );
}

async function withdraw(
  store: EventStore,
  profiles: readonly DiseaseProfile[],
  { sampleId, personId, disease }: { sampleId: string; personId: string; disease: string },
  reason: string,
  provenance: Provenance,
): Promise<void> {
  for (const { caseId, state } of await episodes(store, personId, disease)) {
    const evidence = state.evidence.get(sampleId);
    if (!evidence) continue;
    const profile = profileInForce(profiles, disease, readInstant(evidence.collectedAt));
    if (!profile) throw new Error(`no profile for disease ${disease}`);
    const command = { type: 'WithdrawSample' as const, caseId, sampleId, profile, reason };
    await handle(store, caseDecider, streams.case(caseId), command, provenance);
  }
}

/** A person's illnesses of one disease, in the order in which they were opened. */
async function episodes(store: EventStore, personId: string, disease: string): Promise<Episode[]> {
  const found: Episode[] = [];
  for (let episode = 0; ; episode++) {
    const caseId = caseIdOf(personId, disease, episode);
    const { state } = await load(store, caseDecider, streams.case(caseId));
    if (state.status === 'unknown') return found;
    found.push({ caseId, state });
  }
}

/** What the sample said of the person before this event. */
async function resultBefore(
  store: EventStore,
  event: RecordedEvent & { type: 'TestResultReported' | 'TestResultCorrected' },
): Promise<TestResult | undefined> {
  if (event.type === 'TestResultReported') return undefined;
  let state = sampleDecider.initialState;
  for await (const earlier of store.read(event.stream)) {
    if (earlier.revision >= event.revision) break;
    if (isOfSample(earlier)) state = sampleDecider.evolve(state, earlier);
  }
  return state.results.get(event.data.personId) ?? undefined;
}

function isOfSample(event: RecordedEvent) {
  return (
    event.type === 'SampleCollected' ||
    event.type === 'TestResultReported' ||
    event.type === 'TestResultCorrected' ||
    event.type === 'TestResultRetracted'
  );
}

function causedBy(event: RecordedEvent): Provenance {
  return {
    source: 'open-cases',
    correlationId: event.provenance.correlationId ?? event.id,
    causationId: event.id,
  };
}
