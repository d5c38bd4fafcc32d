import type { DomainEvent } from '../support/events.js';
import { describe, expect, it } from '@jest/globals';
import type { Driver } from 'neo4j-driver';
import { wipe } from '../../src/contact-graph/maintenance.js';
import type { AlertFilter } from '../../src/alerting/alert-ports.js';
import { Neo4jAlerts } from '../../src/alerting/alert-graph.js';
import { Neo4jTracing } from '../../src/tracing/tracing-graph.js';
import { Neo4jSamples } from '../../src/samples/sample-graph.js';
import { TraceCache, withTraceGraph } from '../../src/contact-graph/trace-graph.js';
import { trace } from '../../src/tracing/engine.js';
import { inputOf } from '../oracle/worlds.js';
import {
  SMALL_CACHE,
  contactsIn,
  countIn,
  everythingOf,
  openWriter,
  positionAt,
  recorded,
  textOf,
  visitFacts,
} from '../support/graph.js';
import { confirmed } from '../support/builders/cases.js';
import { reported } from '../support/builders/results.js';
import { labelOf } from '../support/stays.js';

/** Milliseconds for one test on a busy machine. */
const SLOWEST = 60_000;

/** What the graph answers: from large and from changed slots, about seats, alerts and people to test again. */
export function answers(driverOf: () => Driver): void {
  describe('The graph, when queried,', () => {
    it(
      'divides a crowded slot into parts, and reads them in order',
      async () => {
        await wipe(driverOf());
        const events: DomainEvent[] = [{ type: 'CheckedIn', data: visitFacts('An', 'stadium', 60, 120) }];
        for (let i = 0; i < 9_000; i++) {
          const data = { ...visitFacts(`p${i}`, 'stadium', i % 200, (i % 200) + 30), visitId: `v${i}` };
          events.push({ type: 'CheckedIn', data });
          // The last statement counts, even for visits whose first statement is in an earlier part.
          const early = i - 5_000;
          if (early < 0 || early % 10 > 0) continue;
          const corrected = { ...visitFacts(`p${early}`, 'stadium', 300, 330), visitId: `v${early}` };
          events.push({ type: 'VisitCorrected', data: corrected });
          events.push({ type: 'VisitRetracted', data: { visitId: `v${early + 1}`, personId: `p${early + 1}` } });
        }
        const writer = await openWriter(driverOf());
        for (let from = 0; from < events.length; from += 1_500) {
          const batch = events.slice(from, from + 1_500);
          await writer.write({ events: recorded(batch, from + 1), position: positionAt(from + batch.length) });
        }
        await writer.settle();
        const label = await labelOf(driverOf());
        const parts = `MATCH (:${label('Slot')})-[:${label('PART')}]->(part)`;
        expect(await countIn(driverOf(), `${parts} RETURN count(part) AS count`)).toBe(2);
        expect(await countIn(driverOf(), `${parts} WHERE size(part.packed) < 65536 RETURN count(part) AS count`)).toBe(
          0,
        );
        expect(await contactsIn(driverOf(), events, 'An')).toBeGreaterThan(3_000);
        // At its start, the writer reads all parts to learn their visits, so none is treated as new.
        const again = await openWriter(driverOf());
        const more: DomainEvent[] = [{ type: 'VisitRetracted', data: { visitId: 'v75', personId: 'p75' } }];
        await again.write({ events: recorded(more, 20_000), position: positionAt(20_000) });
        await again.settle();
        await contactsIn(driverOf(), [...events, ...more], 'An');
      },
      SLOWEST,
    );

    it(
      'never answers from an outdated slot',
      async () => {
        await wipe(driverOf());
        const writer = await openWriter(driverOf());
        const cache = new TraceCache(1_000_000);
        const events: DomainEvent[] = [];
        for (let i = 0; i < 12; i++) {
          const data = { ...visitFacts(i % 3 ? `p${i}` : 'An', 'cafe', i, i + 20), visitId: `v${i % 5}` };
          events.push(i % 4 === 3 ? { type: 'VisitCorrected', data } : { type: 'CheckedIn', data });
          const [last] = recorded(events.slice(-1), i + 1);
          if (last) await writer.write({ events: [last], position: last.position });
          await writer.settle();
          await contactsIn(driverOf(), events, 'An', cache);
          await contactsIn(driverOf(), events, 'An', cache);
        }
      },
      SLOWEST,
    );

    it(
      'returns alerts by person, status and page, and those that are still due',
      async () => {
        await wipe(driverOf());
        const writer = await openWriter(driverOf());
        const requested = (alertId: string, personId: string): DomainEvent => ({
          type: 'AlertRequested',
          data: { alertId, caseId: 'one', personId, disease: 'covid-19', degree: 1, sequence: 0 },
        });
        const completed: DomainEvent = {
          type: 'TraceCompleted',
          data: {
            caseId: 'other',
            traceId: 't',
            chunks: 0,
            from: textOf(0),
            until: null,
            profileId: 'p',
            profileVersion: 1,
            graphPosition: '1/1',
            counts: [],
            factors: 0,
            greatestDegree: 2,
            lingeringMinutes: 0,
          },
        };
        const events: DomainEvent[] = [
          ...['one', 'other'].map((caseId) => confirmed(caseId, 'An', { sampleId: `sample of ${caseId}` })),
          completed,
          requested('a', 'Binh'),
          requested('b', 'Binh'),
          requested('c', 'Chi'),
          requested('d', 'Dung'),
          {
            type: 'AlertSent',
            data: { alertId: 'b', provider: 'outbox', reference: 'r', degree: 1, until: null, cases: [] },
          },
          { type: 'AlertFailed', data: { alertId: 'c', reason: 'no-phone', detail: '', provider: null } },
          { type: 'AlertWithdrawn', data: { alertId: 'd', told: true } },
        ];
        await writer.write({ events: recorded(events, 1), position: positionAt(events.length) });
        await writer.settle();
        const alerts = new Neo4jAlerts(driverOf());
        const ids = async (filter: Partial<AlertFilter>) =>
          (await alerts.alerts({ limit: 10, ...filter })).map(({ alertId }) => alertId);
        expect(await ids({})).toEqual(['a', 'b', 'c', 'd']);
        expect(await ids({ limit: 2 })).toEqual(['a', 'b']);
        expect(await ids({ after: 'b', limit: 2 })).toEqual(['c', 'd']);
        expect(await ids({ personId: 'Binh' })).toEqual(['a', 'b']);
        expect(await ids({ personId: 'Binh', status: 'sent' })).toEqual(['b']);
        expect(await ids({ caseId: 'other' })).toEqual([]);
        expect(await alerts.alerts({ status: 'failed', limit: 10 })).toMatchObject([
          { alertId: 'c', personId: 'Chi', degree: 1, reason: 'no-phone', takeBack: false },
        ]);
        expect(await alerts.alertsDue(undefined, 10)).toEqual(['a', 'd']);
        expect(await alerts.alertsDue('a', 10)).toEqual(['d']);
        expect(await alerts.alertsDue(undefined, 1)).toEqual(['a']);
        expect(await new Neo4jTracing(driverOf()).casesDue()).toEqual(['one']);
      },
      SLOWEST,
    );

    it(
      'excludes people whom numbered seats keep apart, even if a seat is corrected',
      async () => {
        await wipe(driverOf());
        const writer = await openWriter(driverOf());
        const aboard = (personId: string, seat: string | null): DomainEvent => ({
          type: 'VisitCorrected',
          data: { ...visitFacts(personId, 'flight', 0, 90), visitId: personId, seat },
        });
        const contacts = async () => {
          const question = { ...everythingOf('An'), seatRows: 2 };
          const cache = new TraceCache(SMALL_CACHE);
          const found = await withTraceGraph(driverOf(), cache, (graph) => trace(graph, inputOf(question)));
          return (found.degrees[0] ?? []).map(({ person }) => person).sort();
        };
        let commit = 0;
        const write = async (...events: DomainEvent[]) => {
          await writer.write({ events: recorded(events, commit + 1), position: positionAt(commit + events.length) });
          commit += events.length;
          await writer.settle();
        };
        await write(aboard('An', '12A'), aboard('Binh', '14C'), aboard('Chi', '15C'), aboard('Dung', null));
        expect(await contacts()).toEqual(['Binh', 'Dung']);
        await write(aboard('Chi', '11C'), aboard('Binh', '20B'));
        expect(await contacts()).toEqual(['Chi', 'Dung']);
      },
      SLOWEST,
    );

    it(
      'names everyone in a positive pool until a sample of their own is tested',
      async () => {
        await wipe(driverOf());
        const samples = new Neo4jSamples(driverOf());
        const writer = await openWriter(driverOf());
        let commit = 0;
        const report = async (
          sampleId: string,
          personId: string,
          at: number,
          result: 'positive' | 'negative',
          poolSize: number,
        ) => {
          commit++;
          await writer.write({
            events: recorded([reported(personId, { sampleId, collectedAt: textOf(at), result, poolSize })], commit),
            position: positionAt(commit),
          });
          await writer.settle();
        };
        for (const person of ['An', 'Binh', 'Chi']) await report('pool', person, 60, 'positive', 3);
        await report('clear pool', 'Dung', 60, 'negative', 3);
        await report('before', 'An', 0, 'negative', 1);
        const names = async () =>
          (await samples.retests(10)).map(({ personId, sampleId }) => `${personId} of ${sampleId}`);
        expect(await names()).toEqual(['An of pool', 'Binh of pool', 'Chi of pool']);
        await report('own', 'Binh', 120, 'negative', 1);
        await report('another pool', 'Chi', 120, 'negative', 3);
        expect(await names()).toEqual(['An of pool', 'Chi of pool']);
      },
      SLOWEST,
    );
  });
}
