import { belongsToCase, caseDecider, firstCollected, type CaseState } from '../domain/case.js';
import type { TestResult } from '../domain/events.js';
import { readInstant } from '../domain/instant.js';
import { isRapid, type Confirmation } from '../domain/rapid-antigen.js';
import { profileInForce, type DiseaseProfile } from '../domain/profile.js';
import { following, type EventStore, type Provenance, type RecordedEvent } from '../log/event-store.js';
import { handle, load } from '../log/handle.js';
import { caseIdOf } from '../log/ids.js';
import { streams } from '../log/streams.js';

interface Episode {
  caseId: string;
  state: CaseState;
}

/**
 * "Open a case when a result turns positive, and take its evidence back when it no longer is": brings the cases of a
 * result's person to what the laboratory says of the sample now, whichever of its events this is. So one that comes
 * again, or late, never brings back what was corrected since.
 * @returns false for a rapid test that confirms nothing by itself: see `confirmByRapidTests`.
 */
export async function applyResult(
  store: EventStore,
  profiles: readonly DiseaseProfile[],
  event: RecordedEvent,
): Promise<boolean> {
  if (!isResult(event)) return true;
  const { sampleId, personId } = event.data;
  const verdict = await verdictOf(store, event.stream, personId);
  if (!verdict) return true;
  const { result, diseases, last } = verdict;
  const because = following(last, 'open-cases');
  // A pool says of nobody in it that they are infected; each is tested again.
  const confirming = result?.result === 'positive' && result.poolSize === 1 ? result : undefined;
  for (const disease of diseases) {
    if (disease !== confirming?.disease) {
      await withdraw(store, profiles, { sampleId, personId, disease }, whyNot(result, disease), because);
    }
  }
  if (!confirming) return true;
  const { rapidAntigen } = ruling(profiles, confirming.disease, confirming.collectedAt);
  // A rapid test alone is a suspicion where the rules say so; one that confirmed a case already goes on doing so.
  const waits = rapidAntigen !== null && isRapid(confirming) && !(await confirmsAlready(store, confirming));
  if (!waits) await confirm(store, profiles, confirming, because);
  return !waits;
}

async function confirmsAlready(store: EventStore, { personId, disease, sampleId }: TestResult): Promise<boolean> {
  return (await episodes(store, personId, disease)).some(({ state }) => state.evidence.has(sampleId));
}

function whyNot(result: TestResult | undefined, disease: string): string {
  if (!result) return 'the result was retracted';
  if (result.disease !== disease) return 'the result was corrected to another disease';
  return `the result was corrected to ${result.result}${result.poolSize > 1 ? ' of a pool' : ''}`;
}

type ResultEvent = Extract<
  RecordedEvent,
  { type: 'TestResultReported' | 'TestResultCorrected' | 'TestResultRetracted' }
>;

interface Verdict {
  /** Undefined once it is retracted. */
  result: TestResult | undefined;
  /** Every disease that it ever was a result of. */
  diseases: Set<string>;
  last: ResultEvent;
}

/** What a sample says of a person, by those who hold a laboratory's right; undefined when they said nothing. */
export async function verdictOf(store: EventStore, stream: string, personId: string): Promise<Verdict | undefined> {
  const diseases = new Set<string>();
  let result: TestResult | undefined;
  let last: ResultEvent | undefined;
  for await (const event of store.read(stream)) {
    if (!isResult(event) || event.data.personId !== personId || !event.provenance.laboratory) continue;
    diseases.add(event.data.disease);
    result = event.type === 'TestResultRetracted' ? undefined : event.data;
    last = event;
  }
  return last && { result, diseases, last };
}

function isResult(event: RecordedEvent): event is ResultEvent {
  return (
    event.type === 'TestResultReported' || event.type === 'TestResultCorrected' || event.type === 'TestResultRetracted'
  );
}

export async function confirm(
  store: EventStore,
  profiles: readonly DiseaseProfile[],
  result: TestResult,
  provenance: Provenance,
  confirmation?: Confirmation,
): Promise<void> {
  const { personId, disease, sampleId, collectedAt } = result;
  const { reinfectionDays } = ruling(profiles, disease, collectedAt);
  const known = await episodes(store, personId, disease);
  const belongs = ({ state }: Episode) => belongsToCase(state, result, reinfectionDays);
  const holding = known.find(({ state }) => state.evidence.has(sampleId));
  if (holding && !belongs(holding)) {
    await withdraw(store, profiles, result, 'the sample was found to be of another illness', provenance);
  }
  const episode = holding && belongs(holding) ? holding : known.find((each) => each !== holding && belongs(each));
  const caseId = episode?.caseId ?? caseIdOf(personId, disease, known.length);
  const command = (state: CaseState) => {
    const profile = ruling(profiles, disease, firstCollected(state, { sampleId, collectedAt }) ?? collectedAt);
    return { type: 'ConfirmBySample' as const, caseId, result, profile, ...(confirmation && { confirmation }) };
  };
  await handle(store, caseDecider, streams.case(caseId), command, provenance);
}

async function withdraw(
  store: EventStore,
  profiles: readonly DiseaseProfile[],
  { sampleId, personId, disease }: { sampleId: string; personId: string; disease: string },
  reason: string,
  provenance: Provenance,
): Promise<void> {
  for (const { caseId, state: held } of await episodes(store, personId, disease)) {
    const evidence = held.evidence.get(sampleId);
    if (!evidence) continue;
    const command = (state: CaseState) => {
      const profile = ruling(profiles, disease, firstCollected(state, { sampleId }) ?? evidence.collectedAt);
      return { type: 'WithdrawSample' as const, caseId, sampleId, profile, reason };
    };
    await handle(store, caseDecider, streams.case(caseId), command, provenance);
  }
}

export function ruling(profiles: readonly DiseaseProfile[], disease: string, at: string): DiseaseProfile {
  const profile = profileInForce(profiles, disease, readInstant(at));
  if (!profile) throw new Error(`no profile for disease ${disease}`);
  return profile;
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
