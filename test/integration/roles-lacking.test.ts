import { streams } from '../support/events.js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { caseDecider } from '../../src/cases/case.js';
import type { DiseaseProfile } from '../../src/cases/profile.js';
import { GRAPH_EVENTS } from '../support/projections.js';
import { openQueues } from '../../src/work/open-queues.js';
import { openRuntime, type Runtime } from '../../src/entrypoints/runtime.js';
import { LACKING } from '../../src/http/lacking.js';
import { passedByAll, readGraphState } from '../../src/contact-graph/checkpoints.js';
import { labelling, served } from '../../src/contact-graph/instances.js';
import { GraphNotReady } from '../../src/contact-graph/gate.js';
import { openGraph, type Graph } from '../../src/contact-graph/index.js';
import { readSetAside } from '../../src/contact-graph/set-aside.js';
import { RedisAsideNotes } from '../../src/event-log/aside-notes.js';
import { handle } from '../../src/event-log/handle.js';
import { caseIdOf } from '../../src/cases/ids.js';
import { builtInProfiles } from '../../src/cases/profiles.js';
import { calendarOf } from '../../src/platform/calendar.js';
import { killCommands, runCommand, startCommand, type Command } from '../support/command.js';
import { deadline } from '../support/deadline.js';
import { resultOf } from '../support/builders/results.js';
import { freshInstallation, type TestInstallation } from '../support/services.js';

/** Milliseconds: each test runs some twenty commands, on a machine that may be busy. */
const SLOWEST = 300_000;
const DAY = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);

async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  for (const end = deadline(); !(await holds()); await delay(50)) if (end.passed()) throw new Error(`not yet: ${what}`);
}

/** What commands and the API say while the graph is incomplete, behind the log, or lacks an event. */
describe('When the graph may lack what is asked for', () => {
  const run = (...args: string[]) => runCommand(args, installation.env);
  const file = (name: string, ...lines: string[]) => {
    const path = join(installation.dataDir, name);
    writeFileSync(path, `${lines.join('\n')}\n`);
    return path;
  };
  const start = async (role: string, words = 'is running') => {
    const part = startCommand([role], { ...installation.env, TRUYVET_PORT: '0' });
    await part.printed(words);
    return part;
  };
  const stop = async (part: Command) => {
    part.process.kill('SIGTERM');
    await part.ended;
  };
  let installation: TestInstallation;
  let runtime: Runtime;
  let graph: Graph;
  beforeAll(async () => {
    installation = await freshInstallation(['event-log', 'neo4j', 'redis']);
    runtime = await openRuntime(installation.config, pino({ level: 'silent' }));
    graph = openGraph(runtime, { patience: 0 });
  }, 300_000);
  afterAll(async () => {
    await graph?.close();
    await runtime?.close();
    await installation?.remove();
  });
  // A process that a failed test left running would do work that the next test expects not to be done.
  afterEach(killCommands);
  const stands = async () => {
    const state = await readGraphState(graph.driver).catch((error: unknown) => {
      if (error instanceof GraphNotReady) return undefined;
      throw error;
    });
    return state && !state.filling ? passedByAll(state.passed) : undefined;
  };
  const filled = () =>
    until(async () => {
      const position = await stands();
      return position !== undefined && !(await runtime.store.isBehind(position, GRAPH_EVENTS.types));
    }, 'the graph holds what the log does');
  /** A case that a worker opens for a result that is not in the log. */
  const confirmed = async (personId: string) => {
    const [profile] = builtInProfiles().filter(({ id }) => id === 'covid-19-vn-5053');
    const result = resultOf(personId, { collectedAt: `${DAY}T01:00:00Z` });
    const caseId = caseIdOf(personId, 'covid-19', 0);
    const facts = { caseId, result, profile: profile as DiseaseProfile, calendar: calendarOf('Asia/Ho_Chi_Minh') };
    const command = { type: 'ConfirmBySample' as const, ...facts };
    await handle(runtime.store, caseDecider, streams.case(caseId), command, { source: 'tests' });
    return caseId;
  };
  const RESULT =
    'sample_id,person_id,disease,collected_at,reported_at,result\n' +
    `s1,an,covid-19,${DAY}T04:00:00Z,${DAY}T06:00:00Z,positive`;

  it(
    'an event that was set aside is applied by a command after its cause is gone, and not before',
    async () => {
      const projector = await start('projector');
      await filled();
      const { driver } = graph;
      const label = labelling(served((await readGraphState(driver))?.instances ?? []));
      // Somebody else's constraint in the database: no two places may have the same stay.
      await driver.executeQuery(
        `CREATE CONSTRAINT of_a_test FOR (p:Place) REQUIRE p.${label('Place.stayMinutes')} IS UNIQUE`,
      );
      try {
        const rows = ['place_id,name,kind,default_stay_minutes', 'cafe,Cafe,cafe,30', 'inn,Inn,inn,30'];
        expect(await run('import', 'places', file('places.csv', ...rows))).toMatchObject({ code: 0 });
        await until(async () => (await readSetAside(driver)).length === 1, 'one of them is set aside');
        const inVain = await run('projections', 'retry');
        expect(inVain).toMatchObject({ code: 0, stdout: expect.stringContaining('1 event was retried.') });
        expect(inVain.stdout).toMatch(
          /1 event is set aside[^]*PlaceRegistered at \d+[^]*tried 4 times, last at .*\+07:00/,
        );
      } finally {
        await driver.executeQuery('DROP CONSTRAINT of_a_test IF EXISTS');
      }
      const retried = await run('projections', 'retry');
      expect(retried.stdout).toBe('1 event was retried.\nAll are in the graph now.\n');
      expect(await readSetAside(driver)).toEqual([]);
      expect((await run('projections', 'retry')).stdout).toBe('Nothing is set aside there.\n');
      await stop(projector);
    },
    SLOWEST,
  );

  it(
    'previews, held results and merging people wait for a complete graph',
    async () => {
      const results = file('results.csv', RESULT);
      const api = await start('api', 'listens on');
      const [url = ''] = /http:\/\/127\.0\.0\.1:\d+/.exec(api.stdout()) ?? [];
      const byHttp = async (person = 'an') => {
        const row = { sample_id: 's1', person_id: person, disease: 'covid-19', collected_at: `${DAY}T04:00:00Z` };
        const body = JSON.stringify({ ...row, result: 'positive' });
        const headers = { 'Content-Type': 'application/json' };
        const answer = await fetch(`${url}/v1/results/preview`, { method: 'POST', headers, body });
        return { status: answer.status, ...((await answer.json()) as object) };
      };
      expect((await run('projections', 'rebuild')).stdout).toContain('The graph is empty');
      const cannot = {
        code: 1,
        stdout: '',
        stderr: expect.stringContaining('The contact graph cannot answer yet'),
      };
      expect(await run('held')).toMatchObject(cannot);
      expect(await run('import', 'results', results, '--preview')).toMatchObject(cannot);
      expect(await run('people', 'merge', 'nobody', '--into', 'nobody else')).toMatchObject(cannot);
      expect(await byHttp()).toMatchObject({ status: 503, type: 'urn:truyvet:problem:graph-not-ready' });
      const projector = await start('projector');
      await filled();
      expect(await run('held')).toMatchObject({ code: 0, stdout: 'No result waits for review.\n', stderr: '' });
      expect(await byHttp()).toMatchObject({ status: 200, graph_behind: false, told: [] });

      // From here on, new events do not reach the graph.
      await stop(projector);
      const visits = ['an', 'binh'].map((id) => `${id},cafe,${DAY}T02:00:00Z,${DAY}T03:00:00Z`);
      await run('import', 'check-ins', file('visits.csv', 'person_id,place_id,arrived_at,left_at', ...visits));
      const behind = await run('import', 'results', results, '--preview', '--json');
      expect({ ...behind, ...(JSON.parse(behind.stdout) as object) }).toMatchObject({
        ...{ code: 0, told: [], unreached: [], graph_behind: true },
        stderr: expect.stringMatching(/^The contact graph is behind the log, so contacts that were imported/),
      });
      expect(await byHttp()).toMatchObject({ status: 200, graph_behind: true });

      // Later events of a case do not reach it either, and nothing is waited for.
      const caseId = await confirmed('em');
      expect(await byHttp('em')).toMatchObject({ status: 200, graph_behind: true, cases: { changed: [caseId] } });

      // A person without a stream is known only to the graph.
      const negative = RESULT.replace('s1,an', 's2,chi').replace('positive', 'negative');
      await run('import', 'results', file('negative.csv', negative));
      const met = ['person_a,person_b,started_at,ended_at', `an,dung,${DAY}T02:00:00Z,${DAY}T03:00:00Z`];
      await run('import', 'proximity', file('met.csv', ...met));
      expect(await run('people', 'merge', 'chi', '--into', 'an')).toMatchObject({
        ...{ code: 1, stdout: '' },
        stderr: expect.stringMatching(/^The person chi is not known yet, and the contact graph is behind the log/),
      });
      const again = await start('projector');
      await filled();
      const now = await run('import', 'results', results, '--preview');
      expect(now).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('2: binh, dung') });
      expect(await run('people', 'merge', 'chi', '--into', 'an')).toMatchObject({ code: 0, stderr: '' });
      expect(await run('people', 'merge', 'dung', '--into', 'binh')).toMatchObject({ code: 0, stderr: '' });
      expect(await run('people', 'merge', 'dun', '--into', 'binh')).toMatchObject({
        ...{ code: 1, stderr: expect.stringContaining('The person dun is not known.') },
      });
      await stop(again);
      await stop(api);
    },
    SLOWEST,
  );

  it(
    'answers say what workers left out, over HTTP and on the command line',
    async () => {
      const projector = await start('projector');
      await confirmed('giang');
      await filled();
      await stop(projector);
      const queues = openQueues(runtime);
      const api = await start('api', 'listens on');
      try {
        const [url = ''] = /http:\/\/127\.0\.0\.1:\d+/.exec(api.stdout()) ?? [];
        const header = async () => (await fetch(`${url}/v1/questions/cases`)).headers.get(LACKING);
        expect(await header()).toBeNull();
        // As the reader does when a worker starts.
        await new RedisAsideNotes(queues.redis, (name) => queues.key(name)).load('open-cases');
        await queues.redis.hset(queues.key('aside:open-cases'), 'of a test', '{}');
        await until(async () => (await header()) === '1', 'the header names it');
        const { code, stdout, stderr } = await run('cases', '--json');
        expect({ code, ...(JSON.parse(stdout) as object) }).toMatchObject({
          ...{ code: 0, items: expect.arrayContaining([expect.objectContaining({ person: 'giang' })]) },
        });
        expect(stderr).toMatch(/^1 event is set aside by workers, and cases, contacts or alerts/);
        await queues.redis.hdel(queues.key('aside:open-cases'), 'of a test');
        await until(async () => (await header()) === null, 'nothing is left out');
      } finally {
        await stop(api);
        await queues.close();
      }
    },
    SLOWEST,
  );
});
