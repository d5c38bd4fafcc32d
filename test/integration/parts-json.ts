import { ANY, EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Command } from 'commander';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandLine } from '../../src/entrypoints/program.js';
import { streams } from '../support/events.js';
import { runCommand, startCommand } from '../support/command.js';
import { testEnvironment } from '../support/environment.js';
import type { TestInstallation } from '../support/services.js';

const DAY = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
const LONG_AGO = new Date(Date.now() - 132 * 86_400_000).toISOString().slice(0, 10);
const AUDITED = ['--by', 'Lan', '--reason', 'a test'];

/** Finds every command that documents --json. */
function documented(command: Command = commandLine(), words: readonly string[] = []): string[] {
  return command.commands.flatMap((each) => {
    const called = [...words, each.name()];
    const own = each.options.some(({ long }) => long === '--json') ? [called.join(' ')] : [];
    return [...own, ...documented(each, called)];
  });
}

/** The arguments of each command besides --json, which depend on the data of the installation. */
const given: Record<string, (known: Known) => string[]> = {
  'log verify': () => [],
  'clock show': () => [],
  'clock confirm': () => AUDITED,
  'services up': () => [],
  'services status': () => [],
  'projections status': () => [],
  'projections accept': ({ aside }) => [aside, ...AUDITED],
  'projections rebuild': () => ['tasks'],
  'projections retry': () => [],
  contacts: () => ['--person', 'j-an'],
  cases: () => [],
  factors: () => ['--person', 'j-an'],
  why: () => ['--person', 'j-binh'],
  at: () => ['--place', 'j-cafe', '--from', `${DAY}T00:00:00Z`, '--until', `${DAY}T23:00:00Z`],
  chains: () => ['--from', 'j-an', '--to', 'j-binh'],
  sources: () => ['--person', 'j-an'],
  common: () => ['--disease', 'covid-19'],
  unreached: () => [],
  tasks: () => [],
  'tasks show': ({ task }) => [task],
  'tasks close': ({ task }) => [task, '--outcome', 'done', '--by', 'Lan'],
  'tasks reopen': ({ task }) => [task, ...AUDITED],
  clusters: () => [],
  generations: () => ['--person', 'j-an'],
  'alerts list': () => [],
  'alerts status': () => [],
  'alerts pause': () => AUDITED,
  'alerts resume': () => AUDITED,
  'alerts replay': () => AUDITED,
  'brake list': () => [],
  'brake approve': () => ['j-held', '--by', 'Lan'],
  'brake refuse': () => ['j-held-too', '--by', 'Lan'],
  providers: () => [],
  retests: () => [],
  'held list': () => [],
  'held release': () => ['j-h1', ...AUDITED],
  'held refuse': () => ['j-h2', ...AUDITED],
  import: ({ rows }) => ['check-ins', rows, '--wait'],
  'people merge': () => ['j-an-2', '--into', 'j-an'],
  'people unmerge': () => ['j-an-2'],
  'ids list': () => [],
  'ids merge': () => [],
  'profiles list': () => [],
  'profiles show': () => ['covid-19-vn-5053'],
  'profiles add': ({ profile }) => [profile, '--yes'],
  'profiles retire': () => ['of-json', '--yes'],
  'place-kinds list': () => [],
  'place-kinds set': () => ['cafe', '--stay', '45'],
  // This comes after all other commands.
  'services down': () => [],
};

interface Known {
  aside: string;
  task: string;
  rows: string;
  profile: string;
}

/** All keys within an answer. */
function keysWithin(answer: unknown): string[] {
  if (typeof answer !== 'object' || answer === null) return [];
  const own = Array.isArray(answer) ? [] : Object.keys(answer);
  return [...own, ...Object.values(answer).flatMap(keysWithin)];
}

/** Has the alerts of a case wait for a person. */
async function hold(url: string, caseId: string): Promise<void> {
  const client = EventStoreDBClient.connectionString(url);
  const data = { caseId, contacts: 1, unlikely: [] };
  const event = jsonEvent({ type: 'AlertsHeld', data, metadata: { v: 1, source: 'test' } });
  await client.appendToStream(streams.brake(caseId).name, event, { expectedRevision: ANY });
  await client.dispose();
}

/** Replaces the environment of this process completely, because commands refuse a variable that they do not know. */
function become(env: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
  for (const [name, value] of Object.entries(env)) if (value !== undefined) process.env[name] = value;
}

/** Every command that documents --json, run in this process on an installation with a case. */
export function jsonOfCommands(installationOf: () => TestInstallation): void {
  describe('A command with --json', () => {
    const before = { ...process.env };
    const known: Known = { aside: '', task: '', rows: '', profile: '' };
    let all: ReturnType<typeof startCommand>;

    beforeAll(async () => {
      const { dataDir, env } = installationOf();
      all = startCommand(['start'], { ...env, TRUYVET_PORT: '0' });
      await all.printed('The API listens on');
      const put = (name: string, ...lines: string[]) => {
        const path = join(dataDir, name);
        writeFileSync(path, `${lines.join('\n')}\n`);
        return path;
      };
      const stays = ['j-an', 'j-an-2', 'j-binh'].map((id) => `${id},j-cafe,${DAY}T02:00:00Z,${DAY}T03:00:00Z`);
      known.rows = put('json-visits.csv', 'person_id,place_id,arrived_at,left_at', ...stays);
      const results = put(
        'json-results.csv',
        'sample_id,person_id,disease,collected_at,reported_at,result',
        `j-s1,j-an,covid-19,${DAY}T04:00:00Z,${DAY}T06:00:00Z,positive`,
      );
      const held = ['j-h1', 'j-h2'].map(
        (id) => `${id},p-${id},covid-19,${DAY}T04:00:00Z,${DAY}T06:00:00Z,positive,${LONG_AGO}T00:00:00Z`,
      );
      const doubted = put(
        'json-doubted.csv',
        'sample_id,person_id,disease,collected_at,reported_at,result,onset_at',
        ...held,
      );
      await runCommand(['import', 'check-ins', known.rows], env);
      await runCommand(['import', 'results', doubted], env);
      expect(await runCommand(['import', 'results', results, '--wait'], env)).toMatchObject({ code: 0 });
      for (const caseId of ['j-held', 'j-held-too']) await hold(installationOf().urls.eventStoreUrl, caseId);
      become(testEnvironment(env));
      const { items } = (await answerOf('tasks', [])) as { items: { id: string }[] };
      known.task = items[0]?.id ?? '';
      const { set_aside: aside } = (await answerOf('projections status', [])) as { set_aside: { position: string }[] };
      known.aside = aside[0]?.position ?? '';
      const shown = (await answerOf('profiles show', ['covid-19-vn-5053'])) as object;
      known.profile = put('json-profile.json', JSON.stringify({ ...shown, id: 'of-json', disease: 'x-of-json' }));
    }, 300_000);

    afterEach(() => {
      jest.restoreAllMocks();
    });
    afterAll(() => become(before));

    /** Runs a command and parses its standard output as JSON. */
    async function answerOf(name: string, args: readonly string[]): Promise<unknown> {
      let out = '';
      jest.spyOn(console, 'log').mockImplementation((line: string) => void (out += `${line}\n`));
      jest.spyOn(console, 'error').mockImplementation(() => undefined);
      jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
        out += String(text);
        return true;
      });
      const before = process.exitCode;
      try {
        await commandLine().parseAsync(['node', 'truyvet', ...name.split(' '), ...args, '--json']);
      } finally {
        process.exitCode = before;
        jest.restoreAllMocks();
      }
      return JSON.parse(out);
    }

    it('is tested here, whichever it is', () => {
      expect(Object.keys(given).sort()).toEqual(documented().sort());
    });

    it.each(Object.keys(given).filter((name) => name !== 'services down'))(
      'prints only JSON, in snake_case: %s',
      async (name) => {
        const answer = await answerOf(name, given[name]?.(known) ?? []);
        expect(answer).toBeInstanceOf(Object);
        // The output of `profiles show` is a file for `profiles add`, so its keys are those of the file.
        if (name !== 'profiles show') expect(keysWithin(answer).filter((key) => /[a-z][A-Z]/.test(key))).toEqual([]);
      },
    );

    it('prints only JSON: services down', async () => {
      all.process.kill('SIGTERM');
      await all.ended;
      expect(await answerOf('services down', [])).toContainEqual(expect.objectContaining({ state: 'stopped' }));
    });
  });
}
