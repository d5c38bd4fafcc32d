import { eventSet } from '../src/kernel/event.js';
import {
  ResultHeld,
  HeldResultSettled,
  TestResultReported,
  TestResultCorrected,
  TestResultRetracted,
} from '../src/samples/events.js';
import { readInstant } from '../src/kernel/instant.js';
import { int, rows } from '../src/contact-graph/neo4j.js';
import { defineProjection } from '../src/contact-graph/projection.js';

type Result = ResultHeld['data'];

/**
 * Results that wait for a person's decision, by sample, person and disease. They are only listed, and not tests yet.
 */
export const heldResults = defineProjection({
  name: 'held-results',
  version: 1,
  owns: ['HeldResult'],
  events: eventSet(ResultHeld, HeldResultSettled, TestResultReported, TestResultCorrected, TestResultRetracted),

  mentions: () => ({}),

  async write({ tx, label }, events) {
    const keys = new Set<string>();
    for (const { data } of events) keys.add(keyOf(data));
    const found = await rows<{ key: string; reportedAt: number }>(
      tx,
      `UNWIND $keys AS key MATCH (h:${label('HeldResult')} {key: key}) RETURN key, h.reportedAt AS reportedAt`,
      { keys: [...keys] },
    );
    const waiting = new Map(found.map(({ key, reportedAt }) => [key, reportedAt]));
    const changes = new Map<string, Record<string, unknown> | null>();
    for (const event of events) {
      if (event.type === 'ResultHeld') {
        const { sampleId, personId, disease, collectedAt, doubts } = event.data;
        const reportedAt = readInstant(event.data.reportedAt);
        const key = keyOf(event.data);
        if (reportedAt < (waiting.get(key) ?? 0)) continue;
        waiting.set(key, reportedAt);
        changes.set(key, { key, sampleId, personId, disease, collectedAt, doubts, reportedAt: int(reportedAt) });
      } else if (event.type === 'HeldResultSettled') {
        waiting.delete(keyOf(event.data));
        changes.set(keyOf(event.data), null);
      } else {
        // A later report replaces the held result.
        const key = keyOf(event.data);
        if ((waiting.get(key) ?? Infinity) > readInstant(event.data.reportedAt)) continue;
        waiting.delete(key);
        changes.set(key, null);
      }
    }
    if (changes.size === 0) return;
    await tx.run(`UNWIND $gone AS key MATCH (h:${label('HeldResult')} {key: key}) DELETE h`, {
      gone: [...changes].flatMap(([key, facts]) => (facts === null ? [key] : [])),
    });
    await tx.run(`UNWIND $held AS row MERGE (h:${label('HeldResult')} {key: row.key}) SET h = row`, {
      held: [...changes.values()].filter((facts) => facts !== null),
    });
  },
});

function keyOf({ sampleId, personId, disease }: Pick<Result, 'sampleId' | 'personId' | 'disease'>): string {
  return JSON.stringify([sampleId, personId, disease]);
}
