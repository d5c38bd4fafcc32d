import { confirmedBy, isRapid, type RapidTest } from '../domain/rapid-antigen.js';
import type { TestResult } from '../domain/events.js';
import { readInstant } from '../domain/instant.js';
import type { DiseaseProfile } from '../domain/profile.js';
import type { GraphQueries, RapidTestRow } from '../graph/ports.js';
import { following, type EventStore } from '../log/event-store.js';
import { streams } from '../log/streams.js';
import { confirm, ruling, verdictOf } from './open-cases.js';

/**
 * "Confirm a case by a rapid test once what the rules ask for beside it is known": looks again at positive rapid tests
 * of people who had one reported, or were found to be contacts. The graph says to whom they are linked, the log what
 * holds of each sample.
 */
export async function confirmByRapidTests(
  store: EventStore,
  graph: GraphQueries,
  profiles: readonly DiseaseProfile[],
  tests: readonly RapidTestRow[],
): Promise<void> {
  const people = new Map(tests.map((test) => [JSON.stringify([test.personId, test.disease]), test]));
  for (const { personId, disease } of people.values()) {
    const samples = await graph.rapidTests([personId], disease);
    const held = [];
    for (const { sampleId } of samples) {
      const verdict = await verdictOf(store, streams.sample(sampleId), personId);
      if (verdict?.result && isRapid(verdict.result) && verdict.result.disease === disease) {
        held.push({ result: verdict.result, last: verdict.last, test: testOf(verdict.result) });
      }
    }
    if (held.length === 0) continue;
    const links = await graph.linksOf(personId, disease);
    for (const each of held) {
      const { rapidAntigen, followUpDays } = ruling(profiles, disease, each.result.collectedAt);
      if (rapidAntigen === null) continue;
      const others = held.filter((other) => other !== each).map(({ test }) => test);
      const confirmation = confirmedBy(rapidAntigen, each.test, others, links, followUpDays);
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
