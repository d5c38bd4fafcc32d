import { recordsOf } from '../people/index.js';
import type { TestResult } from '../samples/index.js';
import { caseStream } from './events.js';
import { belongsToCase, caseDecider, firstCollected, type CaseState } from './case.js';
import { readInstant } from '../kernel/instant.js';
import { profileInForce, type DiseaseProfile, type ProfilesInUse } from './profile.js';
import type { Confirmation } from './rapid-antigen.js';
import type { EventStore, Provenance } from '../event-log/event-store.js';
import { handle, load } from '../event-log/handle.js';
import { caseIdOf } from '../kernel/ids.js';

/** One illness as a case tells it. */
export interface Episode {
  caseId: string;
  /** The record whose case it is. */
  record: string;
  state: CaseState;
}

/** Illnesses of one disease that cases of these records tell, by record in the order in which they were opened. */
export async function episodesOf(store: EventStore, records: readonly string[], disease: string): Promise<Episode[]> {
  const found: Episode[] = [];
  for (const record of records) {
    for (let episode = 0; ; episode++) {
      const caseId = caseIdOf(record, disease, episode);
      const { state } = await load(store, caseDecider, caseStream(caseId));
      if (state.status === 'unknown') break;
      found.push({ caseId, record, state });
    }
  }
  return found;
}

/** Makes a positive sample evidence of the illness that it belongs to, of whichever record, or else of a new one. */
export async function confirm(
  store: EventStore,
  profiles: ProfilesInUse,
  result: TestResult,
  provenance: Provenance,
  confirmation?: Confirmation,
): Promise<void> {
  const { personId, disease, sampleId, collectedAt } = result;
  const { reinfectionDays } = ruling(profiles, disease, collectedAt);
  const known = await episodesOf(store, await recordsOf(store, personId), disease);
  const belongs = ({ state }: Episode) => belongsToCase(state, result, reinfectionDays, profiles.calendar);
  const holding = known.find(({ state }) => state.evidence.has(sampleId));
  if (holding && !belongs(holding)) {
    await withdraw(store, profiles, holding, sampleId, 'the sample was found to be of another illness', provenance);
  }
  const own = known.filter(({ record }) => record === personId);
  const episode =
    (holding && belongs(holding) ? holding : undefined) ??
    known.find((each) => each !== holding && each.state.status === 'live' && belongs(each)) ??
    // A case that was given up is opened again; an illness of its own would not follow from the sample's number.
    own.find((each) => each !== holding && each.state.status === 'retracted');
  await addEvidence(
    store,
    profiles,
    episode?.caseId ?? caseIdOf(personId, disease, own.length),
    result,
    provenance,
    confirmation,
  );
}

export async function addEvidence(
  store: EventStore,
  profiles: ProfilesInUse,
  caseId: string,
  result: TestResult,
  provenance: Provenance,
  confirmation?: Confirmation,
): Promise<void> {
  const { disease, sampleId, collectedAt } = result;
  const command = (state: CaseState) => {
    const profile = ruling(profiles, disease, firstCollected(state, { sampleId, collectedAt }) ?? collectedAt);
    const { calendar } = profiles;
    const facts = { caseId, result, profile, calendar };
    return { type: 'ConfirmBySample' as const, ...facts, ...(confirmation && { confirmation }) };
  };
  await handle(store, caseDecider, caseStream(caseId), command, provenance);
}

/** Takes a sample out of the evidence of a case; without any other the case is retracted. */
export async function withdraw(
  store: EventStore,
  profiles: ProfilesInUse,
  { caseId, state: held }: Episode,
  sampleId: string,
  reason: string,
  provenance: Provenance,
): Promise<void> {
  const evidence = held.evidence.get(sampleId);
  if (!evidence) return;
  const command = (state: CaseState) => {
    const profile = ruling(profiles, held.disease, firstCollected(state, { sampleId }) ?? evidence.collectedAt);
    return { type: 'WithdrawSample' as const, caseId, sampleId, profile, calendar: profiles.calendar, reason };
  };
  await handle(store, caseDecider, caseStream(caseId), command, provenance);
}

export function ruling(profiles: ProfilesInUse, disease: string, at: string): DiseaseProfile {
  const profile = profileInForce(profiles, disease, readInstant(at));
  if (!profile) throw new Error(`no profile for disease ${disease}`);
  return profile;
}
