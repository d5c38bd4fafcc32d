import { recordsOf } from '../people/index.js';
import type { TestResult } from '../samples/index.js';
import type { ProfilesInUse } from './profile.js';
import { isRapid } from './rapid-antigen.js';
import { following, type EventStore, type RecordedEvent } from '../event-log/event-store.js';
import { confirm, episodesOf, ruling, withdraw } from './episodes.js';
import { isPositive, verdictsOf, type Statement } from './verdicts.js';

/** A person with a positive rapid test that confirms nothing by itself. */
export interface Suspected {
  personId: string;
  disease: string;
}

/**
 * "Open a case when a result turns positive, and take its evidence back when it no longer is": brings the cases of a
 * result's person and disease to the laboratory's last word on the sample, whichever of its events this is. So one that comes
 * again, or late, never brings back what was corrected since.
 * @returns whom a rapid test suspects that confirms nothing by itself: see `confirmByRapidTests`.
 */
export async function applyResult(
  store: EventStore,
  profiles: ProfilesInUse,
  event: RecordedEvent<Statement>,
): Promise<Suspected | undefined> {
  const { sampleId, personId, disease } = event.data;
  const records = await recordsOf(store, personId);
  const verdicts = await verdictsOf(store, sampleId, records, disease);
  const own = verdicts.find(({ last }) => last.data.personId === personId);
  if (!own) return undefined;
  const because = following(own.last, 'open-cases');
  // What a laboratory said of the person under another record holds as well.
  const confirming = [own, ...verdicts].map(({ result }) => result).find(isPositive);
  if (!confirming) {
    for (const episode of await episodesOf(store, records, disease)) {
      await withdraw(store, profiles, episode, sampleId, whyNot(own.result), because);
    }
    return undefined;
  }
  const { rapidAntigen } = ruling(profiles, disease, confirming.collectedAt);
  // A rapid test alone is a suspicion where the rules say so; one that confirmed a case already goes on doing so.
  if (rapidAntigen !== null && isRapid(confirming)) {
    const known = await episodesOf(store, records, disease);
    if (!known.some(({ state }) => state.evidence.has(sampleId))) return { personId, disease };
  }
  await confirm(store, profiles, confirming, because);
  return undefined;
}

function whyNot(result: TestResult | undefined): string {
  if (!result) return 'the result was retracted';
  return `the result was corrected to ${result.result}${result.poolSize > 1 ? ' of a pool' : ''}`;
}
