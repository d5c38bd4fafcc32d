import { describe, expect, it } from '@jest/globals';
import type { Driver } from 'neo4j-driver';
import { buildBeside } from '../../src/contact-graph/building.js';
import { moveCheckpoints, OutOfStep, readGraphState, wantAgain } from '../../src/contact-graph/checkpoints.js';
import { GraphNotReady } from '../../src/contact-graph/gate.js';
import { wipe } from '../../src/contact-graph/maintenance.js';
import { inTransaction } from '../../src/contact-graph/neo4j.js';
import { defineProjection, type VisitProjection } from '../../src/contact-graph/projection.js';
import { GraphWriter } from '../../src/contact-graph/projector.js';
import { TRACED } from '../../src/contact-graph/reads.js';
import { TraceCache, withTraceGraph } from '../../src/contact-graph/trace-graph.js';
import { LATEST_INSTANT } from '../../src/kernel/instant.js';
import { trace } from '../../src/tracing/engine.js';
import { answerOf, inputOf, MIDNIGHT } from '../oracle/worlds.js';
import type { DomainEvent } from '../support/events.js';
import {
  checkedOut,
  contactsIn,
  everythingOf,
  LOST_POWER,
  openWriter,
  placeFacts,
  STORE_ID,
  textOf,
  visitFacts,
} from '../support/graph.js';
import { checkedIn, ruled, traced } from '../support/projection-events.js';
import { storeWith } from '../support/projection-spec.js';
import { FACT_PROJECTIONS, VISITS } from '../support/projections.js';
import { filledScenes, until, type ProjectorScene } from '../support/projector-scene.js';
import { staysInGraph } from '../support/stays.js';

const SLOWEST = 120_000;

/** Somebody comes to a place and does not check out: how long they stay follows from the place or its kind. */
const arrived = (personId: string, placeId: string, from: number, visitId = `${personId} at ${placeId}`) =>
  ({
    type: 'CheckedIn',
    data: { ...visitFacts(personId, placeId, from, from), visitId, leftAt: null },
  }) satisfies DomainEvent;
const described = (placeId: string, kind: string, defaultStayMinutes: number | null): DomainEvent => ({
  type: 'PlaceCorrected',
  data: { ...placeFacts(placeId), kind, defaultStayMinutes },
});
const LATE = 'Hoa at market';

/** An met some in the cafe, on the bus and at the market; of many visits there is more than one word. */
const STORY: DomainEvent[] = [
  ...traced([['Chi', 1]], 'trace-1'),
  ...[described('cafe', 'shop', 20), ruled(30, null), described('bus 1', 'Bus', null)],
  ...[checkedIn('An', 'cafe', 0, 60), arrived('Dung', 'cafe', 50), arrived('An', 'bus 1', 70)],
  ...[arrived('Em', 'bus 1', 99), checkedIn('An', 'market', 1_400, 1_500), checkedIn('Hoa', 'market', 1_435, 1_600)],
  ...Array.from({ length: 8 }, (_, i) => checkedIn(`passer-by ${i}`, 'hall', i, i + 1)),
  ...[ruled(45, 'vehicle'), described('cafe', 'shop', 25)],
];

/** Two visits are of two days. */
const STAYS = STORY.filter(({ type }) => type === 'CheckedIn').length + 2;

/** A version after the one of the program. */
const LATER = VISITS.version + 1;

/** Labels, types and keys of a version of visits, in order; `PART` and its nodes are only there for crowded slots. */
function namesOf(version: number): string[] {
  return ['Diary', 'Slot', 'StayRule', 'kind', 'stayMinutes'].map((name) => `${name}_v${version}`);
}

/** Projections that say where somebody was, and for how long. */
export function visitProjections(driverOf: () => Driver): void {
  describe('Visits', () => {
    const filled = filledScenes(driverOf, STORY);
    const traceOf = async (person: string, cache: TraceCache) =>
      answerOf(await withTraceGraph(driverOf(), cache, (graph) => trace(graph, inputOf(everythingOf(person)))));
    /** Each a place, from, to, in minutes. */
    const staysOf = async ({ questions }: ProjectorScene, personId: string) => {
      const [stays = []] = await questions.staysOf([{ personId, from: 0, until: LATEST_INSTANT }]);
      return stays.map(({ placeId, from, to }) => [placeId, (from - MIDNIGHT) / 60, (to - MIDNIGHT) / 60]);
    };
    const ofVisits = ({ store }: ProjectorScene) => store.all.filter((event) => VISITS.events.includes(event));
    const whyNot = (asked: Promise<unknown>) =>
      asked.then(
        () => undefined,
        (error: unknown) => (error instanceof GraphNotReady ? error.message : String(error)),
      );
    /** What the database has of visits in any making, by label or type. */
    const rowsLeft = async (): Promise<string[]> => {
      const { records } = await driverOf().executeQuery(
        `CALL () {
           MATCH (n) UNWIND labels(n) AS name RETURN DISTINCT name
           UNION MATCH ()-[r]->() RETURN DISTINCT type(r) AS name
           UNION MATCH (p:Place) UNWIND keys(p) AS name RETURN DISTINCT name
         }
         WITH name WHERE name =~ '(?:Slot|Diary|IN|StayRule|kind|stayMinutes)(?:_.*)?' RETURN name ORDER BY name`,
      );
      return records.map((record) => record.get('name') as string);
    };
    /** A version in which people stay ten minutes longer: its slots have as many bytes, and other times in them. */
    const lengthened = (step: VisitProjection['step'] = VISITS.step): VisitProjection => ({
      ...VISITS,
      version: LATER,
      step: (event) => {
        const made = step(event);
        if (!('report' in made) || made.report.to === null || made.report.placeId === null) return made;
        return { report: { ...made.report, to: made.report.to + 600 } };
      },
    });

    it(
      'are made again by command while people check in, and every trace and question is answered all the while',
      async () => {
        const at = await filled();
        const cache = new TraceCache(1_000_000);
        const before = await traceOf('An', cache);
        expect(before.degrees[0]?.length).toBeGreaterThan(3);
        let person = 0;
        for (const again of [true, false]) {
          await wantAgain(driverOf(), 'presence');
          await until(async () => {
            const name = `newcomer ${person}`;
            await at.append(checkedIn(name, 'hall', 100 + person, 101 + person));
            await until(() => at.passed(TRACED), 'check-ins go on being written');
            expect(await staysOf(at, name)).toEqual([['hall', 100 + person, 101 + person]]);
            person++;
            expect(await traceOf('An', cache)).toEqual(before);
            return (await at.instance('presence', 'active'))?.again === again;
          }, 'visits are made again');
          // Visits of before are known by what takes over, and so is how long people stay.
          const out = visitFacts('Em', 'bus 1', 99, 99);
          await at.append(checkedOut({ ...out, visitId: 'Em at bus 1' }, textOf(again ? 120 : 125)));
          await at.append(described('cafe', 'shop', again ? 40 : 50));
          await at.append({ ...arrived('Giang', 'bus 1', 80, `again ${again}`) });
          await until(() => at.passed(TRACED), 'what follows is written');
          expect(await staysOf(at, 'Dung')).toEqual([['cafe', 50, 50 + (again ? 40 : 50)]]);
          expect(await staysOf(at, 'Em')).toEqual([['bus 1', 99, again ? 120 : 125]]);
          await contactsIn(driverOf(), ofVisits(at), 'An', cache);
          await until(async () => (await at.gone()).length === 0, 'the old rows are removed');
          // Whoever starts on them finds in the graph what the projector had taken over.
          await at.stop();
          at.start();
          await at.append(described('cafe', 'shop', 25));
          await at.append({ type: 'VisitRetracted', data: { visitId: `again ${again}`, personId: 'Giang' } });
          await at.append(checkedOut({ ...out, visitId: 'Em at bus 1' }, textOf(144)));
          await until(() => at.passed(TRACED), 'all is as before');
        }
        expect(person).toBeGreaterThan(2);
        expect(await rowsLeft()).toEqual(namesOf(VISITS.version));
        expect(await staysInGraph(driverOf())).toHaveLength(STAYS + person);
      },
      SLOWEST,
    );

    it(
      'of another version are made beside the old ones, which traces read as far as they come, and take their place',
      async () => {
        const at = await filled();
        const cache = new TraceCache(1_000_000);
        const before = await traceOf('An', cache);
        const epoch = (await readGraphState(driverOf()))?.epoch;
        const end = at.store.all.at(-1)?.position;
        await at.stop();

        let released = false;
        at.start(
          lengthened((event) => {
            if (!released) throw new Error('not yet');
            return VISITS.step(event);
          }),
        );
        await until(async () => (await at.instance('presence', 'building'))?.trouble === 'not yet', 'it is kept');
        await at.append(checkedIn('Giang', 'hall', 100, 101));
        await at.append(described('cafe', 'shop', 35));
        await until(() => at.passed(['places', 'cases']), 'the rest goes on');
        expect(await at.passed(TRACED)).toBe(false);
        const past = withTraceGraph(driverOf(), cache, (graph) => trace(graph, inputOf(everythingOf('An'))), end);
        expect(answerOf(await past)).toEqual(before);
        expect(await whyNot(staysOf(at, 'Giang'))).toContain('presence is being rebuilt');
        expect(await at.exposedAmong(['Chi', 'Dung'], 'case of An')).toEqual(['Chi']);

        released = true;
        await until(() => at.passed(TRACED), 'the new ones take their place');
        expect(await staysOf(at, 'Giang')).toEqual([['hall', 100, 111]]);
        expect(await staysOf(at, 'Dung')).toEqual([['cafe', 50, 85]]);
        const after = await traceOf('An', cache);
        expect(after).toEqual(await traceOf('An', new TraceCache(1_000_000)));
        expect(after).not.toEqual(before);
        await at.append(checkedIn('Giang', 'hall', 200, 201));
        await until(() => at.passed(TRACED), 'what follows is written into them');
        expect(await staysOf(at, 'Giang')).toEqual([['hall', 200, 211]]);
        expect((await readGraphState(driverOf()))?.epoch).toBe(epoch);
        await until(async () => (await at.gone()).length === 0, 'the old rows are removed');
        const names = namesOf(LATER);
        expect(await rowsLeft()).toEqual(names);

        await wipe(driverOf());
        await until(() => at.passed(TRACED), 'an emptied graph is filled by this version, too');
        expect(await traceOf('An', cache)).toEqual(after);
        expect(await rowsLeft()).toEqual(names);
      },
      SLOWEST,
    );

    it(
      'of a graph without diaries are made anew at the first start, and traces wait for them',
      async () => {
        const at = await filled();
        const cache = new TraceCache(1_000_000);
        const before = await traceOf('An', cache);
        await at.stop();
        await wipe(driverOf());
        at.start({ ...VISITS, version: 1 });
        await until(() => at.passed(), 'there is a graph of the first version');
        await at.stop();
        await driverOf().executeQuery('MATCH (d:Diary) DELETE d');
        const epoch = (await readGraphState(driverOf()))?.epoch;
        await expect(traceOf('An', cache)).rejects.toThrow('presence is being rebuilt in another form');

        expect(await at.passed(TRACED)).toBe(false);

        at.start();
        await until(() => at.passed(TRACED), 'visits are made anew');
        expect((await at.instance('presence', 'active'))?.version).toBe(VISITS.version);
        expect(await traceOf('An', cache)).toEqual(before);
        expect((await readGraphState(driverOf()))?.epoch).toBe(epoch);
        await until(async () => (await at.gone()).length === 0, 'the old rows are removed');
        expect(await rowsLeft()).toEqual(namesOf(VISITS.version));
      },
      SLOWEST,
    );

    it(
      'go on being made from their checkpoint after a crash in the middle, with the lengths of stay that hold there',
      async () => {
        const at = await filled();
        await at.stop();
        const given: string[][] = [[], []];
        const making = (run: number, mostEvents: number) =>
          lengthened((event) => {
            if ((given[run]?.length ?? 0) >= mostEvents) throw new Error(LOST_POWER);
            given[run]?.push(event.id);
            return VISITS.step(event);
          });
        // In the middle: after what was said of lengths of stay first, and before what was said of them last.
        at.start(making(0, 18));
        await until(async () => (await at.instance('presence', 'building'))?.trouble === LOST_POWER, 'it has failed');
        await at.stop();
        const first = new Set(given[0]);
        const reached = (await at.instance('presence', 'building'))?.passed;
        expect(reached).toBeDefined();

        at.start(making(1, Infinity));
        await until(async () => (await at.instance('presence', 'active'))?.version === LATER, 'they are made');
        const twice = given[1]?.filter((id) => first.has(id)) ?? [];
        expect(new Set(twice).size).toBeLessThan(first.size / 2);
        expect(await staysOf(at, 'Dung')).toEqual([['cafe', 50, 75]]);
        expect(await staysOf(at, 'Em')).toEqual([['bus 1', 99, 144]]);
        expect(await staysInGraph(driverOf())).toHaveLength(STAYS);
      },
      SLOWEST,
    );

    it(
      'that are being made take in what was set aside, and is brought in when they have passed its place',
      async () => {
        await wipe(driverOf());
        const store = await storeWith(STORY);
        const late = store.all.findIndex(({ data }) => 'visitId' in data && data.visitId === LATE);
        const [event, end] = [store.all[late]!, store.all.at(-1)!];
        const before = await openWriter(driverOf(), store);
        await before.write({ events: store.all.slice(0, late), position: store.all[late - 1]!.position });
        await before.settle();
        await before.setAside(event, 'a test', 3);
        await before.write({ events: store.all.slice(late + 1), position: end.position });
        await before.settle();

        const open = (visits: VisitProjection) =>
          GraphWriter.open(driverOf(), store, STORE_ID, visits, FACT_PROJECTIONS);
        const build = async (visits: VisitProjection) => {
          const done = new AbortController();
          await buildBeside({
            ...{ driver: driverOf(), store, writer: await open(visits), signal: done.signal, maxEvents: 1 },
            say: (line) => line.endsWith('read from now on') && done.abort(),
            onError: () => done.abort(),
          });
        };
        await build(
          lengthened((each) => {
            if (each.id === end.id) throw new Error(LOST_POWER);
            return VISITS.step(each);
          }),
        );
        const writer = await open(lengthened());
        await writer.bringIn(event);
        await build(lengthened());
        const { instances = [] } = (await readGraphState(driverOf())) ?? {};
        expect(instances.find(({ name, state }) => name === 'presence' && state === 'active')?.version).toBe(LATER);
        const stays = await staysInGraph(driverOf(), 'Hoa');
        expect(stays.filter(({ place }) => place === 'market')).toHaveLength(2);
      },
      SLOWEST,
    );

    it(
      'that were replaced between the slots and the facts of a batch stop its facts, with which lengths of stay are written',
      async () => {
        const at = await filled();
        const elsewhere = await openWriter(driverOf(), at.store);
        await wantAgain(driverOf(), 'presence');
        await until(async () => (await at.instance('presence', 'active'))?.again === true, 'they are replaced');
        const { epoch, factsPassed, members } = elsewhere;
        const facts = inTransaction(driverOf(), 'write', (tx) =>
          moveCheckpoints(tx, epoch, 'facts', [members.move(factsPassed)], factsPassed),
        );
        await expect(facts).rejects.toThrow(OutOfStep);
      },
      SLOWEST,
    );

    it(
      'that others replaced are not written any more: who learns of it starts anew',
      async () => {
        await wipe(driverOf());
        const writer = await openWriter(driverOf());
        const look = async () => (await readGraphState(driverOf()))?.instances ?? [];
        writer.refresh(await look());
        await driverOf().executeQuery("MATCH (c:Checkpoint {projection: 'presence'}) SET c.made = 'by others'");
        const replaced = await look();
        expect(() => writer.refresh(replaced)).toThrow(OutOfStep);
        expect((await openWriter(driverOf())).epoch).toBe(writer.epoch);
      },
      SLOWEST,
    );

    it.each(FACT_PROJECTIONS.filter(({ name }) => name.startsWith('place')))(
      'are as long as was said last while $name are made in another version, also after a restart',
      async (projection) => {
        const at = await filled();
        await at.stop();
        let released = false;
        const another = defineProjection({
          ...projection,
          version: 2,
          write: async (context, events) => {
            if (!released) throw new Error('not yet');
            await projection.write(context, events);
          },
        });
        at.start(another);
        await until(async () => (await at.instance(projection.name, 'building'))?.trouble === 'not yet', 'it is kept');
        await at.append(described('cafe', 'shop', 15));
        await at.append(ruled(55, 'vehicle'));
        await until(() => at.passed(['presence']), 'visits go on being written');
        expect(await staysOf(at, 'Dung')).toEqual([['cafe', 50, 65]]);
        // What it knew is read from the graph again.
        await at.stop();
        at.start(another);
        await at.append(arrived('Giang', 'cafe', 10));
        await at.append(arrived('Giang', 'bus 1', 100));
        await until(() => at.passed(['presence']), 'visits go on being written after a restart');
        expect(await staysOf(at, 'Giang')).toEqual([
          ['cafe', 10, 25],
          ['bus 1', 100, 155],
        ]);
        released = true;
        await until(() => at.passed(TRACED), 'it takes its place');
        await contactsIn(driverOf(), ofVisits(at), 'An');
      },
      SLOWEST,
    );
  });
}
