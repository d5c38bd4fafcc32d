import { recordsOf } from '../people/index.js';
import type { SampleGraph, TestResult } from '../samples/index.js';
import { readInstant } from '../kernel/instant.js';
import type { ProfilesInUse } from './profile.js';
import { confirmedBy, isRapid, type RapidTest } from './rapid-antigen.js';
import type { CaseGraph } from './case-graph.js';
import { following, type EventStore } from '../event-log/event-store.js';
import { confirm, ruling } from './episodes.js';
import type { Suspected } from './open-cases.js';
import { verdictsOf } from './verdicts.js';

/**
 * "Confirm a case by a rapid test once the other conditions of the rules are met." Checks again the positive rapid
 * tests of people who had one reported or were found to be contacts. Links to live cases come from the graph, the
 * results of each sample from the log.
 */
export async function confirmByRapidTests(
  store: EventStore,
  { samples, cases }: { samples: Pick<SampleGraph, 'rapidTests'>; cases: CaseGraph },
  profiles: ProfilesInUse,
  suspected: readonly Suspected[],
): Promise<void> {
  const people = new Map(suspected.map(({ personId, disease }) => [JSON.stringify([personId, disease]), personId]));
  for (const [key, personId] of people) {
    const [, disease] = JSON.parse(key) as [string, string];
    const records = await recordsOf(store, personId);
    const held = [];
    const found = await samples.rapidTests(records, disease);
    for (const sampleId of new Set(found.map((each) => each.sampleId))) {
      for (const { result, last } of await verdictsOf(store, sampleId, records, disease)) {
        if (result && isRapid(result)) held.push({ result, last, test: testOf(result) });
      }
    }
    if (held.length === 0) continue;
    const links = await cases.linksOf(records[0] ?? personId, disease);
    for (const each of held) {
      const { rapidAntigen, followUpDays } = ruling(profiles, disease, each.result.collectedAt);
      if (rapidAntigen === null) continue;
      const others = held.filter((other) => other !== each).map(({ test }) => test);
      const confirmation = confirmedBy(rapidAntigen, each.test, others, links, followUpDays, profiles.calendar);
      if (!confirmation) continue;
      await confirm(store, profiles, each.result, following(each.last, 'open-cases'), confirmation);
    }
  }
}

function testOf({ collectedAt, reportedAt, onsetAt }: TestResult): RapidTest {
  return {
    collectedAt: readInstant(collectedAt),
    reportedAt: readInstant(reportedAt),
    onsetKnown: onsetAt !== null,
  };
}
