import { recordsOf } from '../people/index.js';
import type { TestResult } from '../samples/index.js';
import type { ProfilesInUse } from './profile.js';
import { isRapid } from './rapid-antigen.js';
import { following, type EventStore, type RecordedEvent } from '../event-log/event-store.js';
import { confirm, episodesOf, ruling, withdraw } from './episodes.js';
import { isPositive, verdictsOf, type Statement } from './verdicts.js';

/** A person with a positive rapid test that does not confirm a case on its own. */
export interface Suspected {
  personId: string;
  disease: string;
}

/**
 * "Open a case when a result turns positive, and withdraw the evidence when it no longer is." It always applies the
 * laboratory's latest statement on the sample, whichever event of the sample this is. So an event that is delivered
 * again or late never restores what was corrected since.
 * @returns the person, if their rapid test does not confirm a case on its own: see `confirmByRapidTests`.
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
  // A positive result under another record of the same person counts too.
  const confirming = [own, ...verdicts].map(({ result }) => result).find(isPositive);
  if (!confirming) {
    for (const episode of await episodesOf(store, records, disease)) {
      await withdraw(store, profiles, episode, sampleId, whyNot(own.result), because);
    }
    return undefined;
  }
  const { rapidAntigen } = ruling(profiles, disease, confirming.collectedAt);
  // Some rules take a rapid test alone for a suspicion only; one that already confirmed a case keeps confirming it.
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
