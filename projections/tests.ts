import { readInstant } from '../src/domain/instant.js';
import { isRapid } from '../src/domain/rapid-antigen.js';
import { int } from '../src/graph/neo4j.js';
import type { FactProjection } from '../src/graph/projection.js';

/**
 * What samples say of people now: a negative one releases whom a contact met before, and may end a case's window.
 * Only what somebody with a laboratory's right reported counts. Everyone of a positive pool has to be tested again.
 */
export const tests: FactProjection = {
  name: 'tests',
  types: ['TestResultReported', 'TestResultCorrected', 'TestResultRetracted'],

  mentions(event) {
    return event.type === 'TestResultReported' || event.type === 'TestResultCorrected'
      ? { people: [event.data.personId] }
      : {};
  },

  async write({ tx }, events) {
    const changes = new Map<string, [string, string, Record<string, unknown> | null]>();
    for (const event of events) {
      if (!event.provenance.laboratory) continue;
      if (event.type === 'TestResultRetracted') {
        const { sampleId, personId } = event.data;
        changes.set(keyOf(sampleId, personId), [keyOf(sampleId, personId), personId, null]);
      } else if (event.type === 'TestResultReported' || event.type === 'TestResultCorrected') {
        const { sampleId, personId, disease, collectedAt, result, ct, poolSize, method } = event.data;
        const outcome = clearOf(result, poolSize);
        const pooled = poolSize > 1;
        const facts = {
          ...{ disease, collectedAt: int(readInstant(collectedAt)), outcome, ct, sampleId, pooled, method },
          rapid: isRapid(event.data),
          retest: pooled && result === 'positive',
        };
        changes.set(keyOf(sampleId, personId), [keyOf(sampleId, personId), personId, facts]);
      }
    }
    const rows = [...changes.values()];
    await tx.run('UNWIND $keys AS key MATCH (t:Test {key: key}) DETACH DELETE t', {
      keys: rows.filter(([, , facts]) => facts === null).map(([key]) => key),
    });
    await tx.run(
      `UNWIND $stated AS row MATCH (p:Person {id: row[1]})
       MERGE (t:Test {key: row[0]}) SET t += row[2]
       MERGE (t)-[:OF]->(p)`,
      { stated: rows.filter(([, , facts]) => facts !== null) },
    );
  },
};

/** A positive pool says of nobody in it that they are infected, a negative one of all that they are not. */
function clearOf(result: string, poolSize: number): string {
  return result === 'positive' && poolSize > 1 ? 'inconclusive' : result;
}

function keyOf(sampleId: string, personId: string): string {
  return JSON.stringify([sampleId, personId]);
}
