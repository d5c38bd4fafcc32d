import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Driver } from 'neo4j-driver';
import { addToContactList, emptyContactList } from '../../src/domain/contacts.js';
import { caseDecider } from '../../src/domain/case.js';
import type { CaseEvent, DomainEvent } from '../../src/domain/events.js';
import { formatInstant, readInstant } from '../../src/domain/instant.js';
import type { DiseaseProfile } from '../../src/domain/profile.js';
import { wipe } from '../../src/graph/maintenance.js';
import { GraphWriter } from '../../src/graph/projector.js';
import { Neo4jQueries } from '../../src/graph/queries.js';
import { TraceCache, withTraceGraph } from '../../src/graph/trace-graph.js';
import type { RecordedEvent } from '../../src/log/event-store.js';
import { handle } from '../../src/log/handle.js';
import { idOf } from '../../src/log/ids.js';
import { builtInProfiles } from '../../src/log/profiles.js';
import { streams } from '../../src/log/streams.js';
import { TouchedCases } from '../../src/trace/touched.js';
import { traceCase } from '../../src/trace/worker.js';
import { history, worldAfter } from '../oracle/facts.js';
import { expectedContacts } from '../oracle/oracle.js';
import { MIDNIGHT } from '../oracle/worlds.js';
import { MemoryEventStore } from '../support/memory-event-store.js';
import { checkedOut, openWriter, placeFacts, textOf, visitFacts } from '../support/graph.js';

const profile = builtInProfiles().find(({ id }) => id === 'covid-19-vn-5053') as DiseaseProfile;
/** What kinds of places rule is no cause yet for which a case is traced again. */
const retraced = history.map((events) => events.filter(({ type }) => type !== 'PlaceKindRuled'));
const CASES = ['An', 'Binh'];
const provenance = { source: 'test' };

/** The log in memory, everything else as it runs: the graph, what touches a case, the trace, its difference. */
class Pipeline {
  readonly store = new MemoryEventStore();
  readonly #graph: Neo4jQueries;
  readonly #touched: TouchedCases;
  readonly #cache = new TraceCache(1_000_000);
  #writer: GraphWriter | undefined;
  #taken = 0;
  traces = 0;

  constructor(private readonly driver: Driver) {
    this.#graph = new Neo4jQueries(driver);
    this.#touched = new TouchedCases(this.#graph, async () => undefined);
  }

  async confirm(personId: string): Promise<void> {
    const collectedAt = formatInstant(MIDNIGHT);
    const result = {
      sampleId: `sample of ${personId}`,
      personId,
      disease: 'covid-19',
      collectedAt,
      reportedAt: collectedAt,
      result: 'positive' as const,
      poolSize: 1,
      onsetAt: null,
      infectiousFrom: null,
      infectiousUntil: null,
      rashAt: null,
      method: null,
      ct: null,
    };
    const command = { type: 'ConfirmBySample' as const, caseId: personId, result, profile };
    await handle(this.store, caseDecider, streams.case(personId), command, provenance);
  }

  async append(events: readonly DomainEvent[]): Promise<void> {
    for (const event of events) {
      const id = idOf('test', String(this.store.all.length));
      await this.store.append('presence', [{ id, event, provenance }], 'any');
    }
  }

  /** Projects what is new, and traces whatever it touches, until nothing is left to do. */
  async settle(): Promise<void> {
    this.#writer ??= await openWriter(this.driver, this.store);
    for (;;) {
      const events = this.store.all.slice(this.#taken);
      const last = events.at(-1);
      if (!last) return;
      this.#taken += events.length;
      const batch = { events, position: last.position };
      await this.#writer.write(batch);
      await this.#writer.settle();
      const relevant = events.filter(({ type }) => TouchedCases.types.includes(type));
      const again = await this.#touched.after({ ...batch, events: relevant });
      const due = new Set([...again.map(({ caseId }) => caseId), ...changedCases(events)]);
      for (const caseId of due) {
        const reading: Parameters<typeof traceCase>[1]['reading'] = (run, past) =>
          withTraceGraph(this.driver, this.#cache, run, past);
        await traceCase({ caseId }, { store: this.store, graph: this.#graph, reading });
        this.traces++;
      }
    }
  }

  /** The contacts as the graph shows them. */
  async exposedTo(caseId: string) {
    const { records } = await this.driver.executeQuery(
      'MATCH (p:Person)-[e:EXPOSED]->(:Case {id: $caseId}) RETURN p.id AS person, e.degree AS degree ORDER BY p.id',
      { caseId },
    );
    return records.map((record) => record.toObject());
  }

  async contactsOf(caseId: string) {
    const list = emptyContactList();
    for await (const event of this.store.read(streams.case(caseId)))
      addToContactList(list, event as unknown as CaseEvent);
    const contacts = [...list.contacts.values()].map(({ personId, degree, firstExposureAt, minutes, via }) => ({
      person: personId,
      degree,
      first: readInstant(firstExposureAt),
      seconds: Math.round(minutes * 60),
      via,
    }));
    return contacts.sort((a, b) => (a.person < b.person ? -1 : 1));
  }
}

function changedCases(events: readonly RecordedEvent[]): string[] {
  return events.flatMap((event) => (event.type === 'InfectiousWindowChanged' ? [event.data.caseId] : []));
}

function expectedOf(events: readonly DomainEvent[], person: string) {
  const window = { from: MIDNIGHT - 3 * 86_400, until: null, anchorAt: MIDNIGHT };
  const { minimumMinutes, distanceMetres, greatestDegree } = profile;
  const rules = { minimumMinutes, distanceMetres, greatestDegree };
  const { f1, f2 } = expectedContacts(worldAfter(events), { person, ...window, ...rules });
  const contacts = [
    ...f1.map(({ person: id, first, seconds }) => ({ person: id, degree: 1, first, seconds, via: [] as string[] })),
    ...f2.map(({ person: id, first, seconds, via }) => ({ person: id, degree: 2, first, seconds, via })),
  ];
  return contacts.sort((a, b) => (a.person < b.person ? -1 : 1));
}

const stay = (personId: string, placeId: string, from: number, to: number | null): DomainEvent => {
  const visit = {
    ...visitFacts(personId, placeId, from, to ?? from),
    visitId: `${personId} at ${placeId} from ${from}`,
  };
  return { type: 'CheckedIn', data: to === null ? { ...visit, leftAt: null } : visit };
};
const near = (personA: string, personB: string, from: number, to: number): DomainEvent => ({
  type: 'ProximityObserved',
  data: { personA, personB, startedAt: textOf(from), endedAt: textOf(to), distanceMetres: 1 },
});
const isolated = (personId: string, at: number): DomainEvent => ({
  type: 'PersonIsolated',
  data: { personId, startedAt: textOf(at) },
});

/** An is a case, Binh an F1 through the cafe, Chi an F2 through Binh at the market; the ward keeps people for days. */
const BEFORE = [
  { type: 'PlaceRegistered', data: { ...placeFacts('ward'), defaultStayMinutes: 7_200 } },
  stay('An', 'cafe', 0, 60),
  stay('Binh', 'cafe', 30, 90),
  stay('Binh', 'market', 200, 300),
  stay('Chi', 'market', 250, 400),
  stay('Binh', 'ward', 5_000, 5_100),
  stay('Dung', 'pool', 0, 600),
] satisfies DomainEvent[];

const met = { ...visitFacts('Binh', 'cafe', 30, 90), visitId: 'Binh at cafe from 30' };

/** What events touch is traced again, so that every list is always what tracing from nothing would find. */
export function retracing(driverOf: () => Driver): void {
  describe('Cases traced again only when something touches them', () => {
    it.each<[string, DomainEvent]>([
      ['checks in where the case was', stay('Dung', 'cafe', 50, 55)],
      ['checks in where an F1 was', stay('Dung', 'market', 210, 220)],
      ['came days ago to where an F1 was later, and has not left', stay('Dung', 'ward', 100, null)],
      ['was near the case', near('An', 'Dung', 500, 510)],
      ['was near an F1', near('Binh', 'Dung', 500, 510)],
      ['was with the case for less time', checkedOut(met, textOf(31))],
      ['was not with the case', { type: 'VisitCorrected', data: { ...met, placeId: 'pool' } }],
      [
        'was never where an F1 was',
        { type: 'VisitRetracted', data: { personId: 'Chi', visitId: 'Chi at market from 250' } },
      ],
      ['is the case and was isolated', isolated('An', 40)],
      ['is an F1 and was isolated', isolated('Binh', 200)],
      [
        'stays somewhere for less time than was thought',
        { type: 'PlaceCorrected', data: { ...placeFacts('ward'), defaultStayMinutes: 60 } },
      ],
    ])(
      'find what changes when somebody %s',
      async (_, event) => {
        await wipe(driverOf());
        const pipeline = new Pipeline(driverOf());
        await pipeline.append(BEFORE);
        await pipeline.confirm('An');
        await pipeline.settle();
        expect((await pipeline.contactsOf('An')).map(({ person }) => person)).toEqual(['Binh', 'Chi']);
        await pipeline.append([event]);
        await pipeline.settle();
        expect(await pipeline.contactsOf('An')).toEqual(expectedOf([...BEFORE, event], 'An'));
      },
      30_000,
    );

    it('are not traced again for what touches nobody of theirs', async () => {
      await wipe(driverOf());
      const pipeline = new Pipeline(driverOf());
      await pipeline.append(BEFORE);
      await pipeline.confirm('An');
      await pipeline.settle();
      const { traces } = pipeline;
      await pipeline.append([stay('Dung', 'cafe', 500, 600), near('Dung', 'Em', 0, 10), isolated('Dung', 0)]);
      await pipeline.settle();
      expect(pipeline.traces).toBe(traces);
    }, 30_000);

    it('always have the contacts that tracing them from nothing would find', async () => {
      let steps = 0;
      let traces = 0;
      await fc.assert(
        fc.asyncProperty(retraced, fc.infiniteStream(fc.integer({ min: 1, max: 12 })), async (events, sizes) => {
          await wipe(driverOf());
          const pipeline = new Pipeline(driverOf());
          for (const person of CASES) await pipeline.confirm(person);
          await pipeline.settle();
          for (let done = 0; done < events.length;) {
            const size = sizes.next().value as number;
            await pipeline.append(events.slice(done, done + size));
            done += size;
            await pipeline.settle();
            steps++;
            for (const person of CASES) {
              const expected = expectedOf(events.slice(0, done), person);
              expect(await pipeline.contactsOf(person)).toEqual(expected);
              const shown = expected.map(({ person: id, degree }) => ({ person: id, degree }));
              expect(await pipeline.exposedTo(person)).toEqual(shown);
            }
          }
          traces += pipeline.traces;
        }),
        { numRuns: 12, interruptAfterTimeLimit: 80_000 },
      );
      // Not that everything is simply traced after every step.
      expect(traces).toBeGreaterThan(20);
      expect(steps).toBeGreaterThan(20);
    }, 120_000);
  });
}
