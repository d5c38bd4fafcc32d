import { recordsOf } from '../people/index.js';
import type { TestResult } from '../samples/index.js';
import { caseStream } from './events.js';
import { belongsToCase, caseDecider, firstCollected, type CaseState } from './case.js';
import { readInstant } from '../kernel/instant.js';
import { profileInForce, type DiseaseProfile, type ProfilesInUse } from './profile.js';
import type { Confirmation } from './rapid-antigen.js';
import type { EventStore, Provenance } from '../event-log/event-store.js';
import { handle, load } from '../event-log/handle.js';
import { caseIdOf } from './ids.js';

/** One illness, as one case. */
export interface Episode {
  caseId: string;
  /** The record of the person to whom the case belongs. */
  record: string;
  state: CaseState;
}

/** All cases of these records for one disease, ordered by record and then by when they were opened. */
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

/**
 * Adds a positive sample as evidence to the case that it belongs to, under any record of the person, or opens a new
 * case.
 */
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
    // A retracted case is opened again: a new case's id would not follow from the number of cases before it.
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

/** Removes a sample from the evidence of a case; a case without any other evidence is retracted. */
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
