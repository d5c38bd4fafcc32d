import { ANY, EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Command } from 'commander';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandLine } from '../../src/entrypoints/program.js';
import { streams } from '../support/events.js';
import { killCommands, runCommand, startCommand } from '../support/command.js';
import { testEnvironment } from '../support/environment.js';
import { poison } from '../support/poison.js';
import { freshInstallation, type TestInstallation } from '../support/services.js';

jest.setTimeout(240_000);

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

type Given = readonly [command: string, args: (known: Known) => string[]];

const only = (command: string, ...args: string[]): readonly Given[] => [[command, () => args]];

/**
 * Every command with its arguments besides --json, which depend on the data of the installation. Those of one row run
 * one after the other, because each needs what the one before did; the rows run in any order.
 */
const ROWS: readonly (readonly Given[])[] = [
  only('log verify'),
  only('clock show'),
  only('clock confirm', ...AUDITED),
  only('services status'),
  [
    ['projections status', () => []],
    ['projections accept', ({ aside }) => [aside, ...AUDITED]],
    ['projections retry', () => []],
  ],
  only('projections rebuild', 'tasks'),
  only('contacts', '--person', 'j-an'),
  only('cases'),
  only('factors', '--person', 'j-an'),
  only('why', '--person', 'j-binh'),
  only('at', '--place', 'j-cafe', '--from', `${DAY}T00:00:00Z`, '--until', `${DAY}T23:00:00Z`),
  only('chains', '--from', 'j-an', '--to', 'j-binh'),
  only('sources', '--person', 'j-an'),
  only('common', '--disease', 'covid-19'),
  only('unreached'),
  only('tasks'),
  [
    ['tasks show', ({ task }) => [task]],
    ['tasks close', ({ task }) => [task, '--outcome', 'done', '--by', 'Lan']],
    ['tasks reopen', ({ task }) => [task, ...AUDITED]],
  ],
  only('clusters'),
  only('generations', '--person', 'j-an'),
  only('alerts list'),
  only('alerts status'),
  [
    ['alerts pause', () => AUDITED],
    ['alerts resume', () => AUDITED],
  ],
  only('alerts replay', ...AUDITED),
  only('brake list'),
  only('brake approve', 'j-held', '--by', 'Lan'),
  only('brake refuse', 'j-held-too', '--by', 'Lan'),
  only('providers'),
  only('retests'),
  only('held list'),
  only('held release', 'j-h1', ...AUDITED),
  only('held refuse', 'j-h2', ...AUDITED),
  [['import', ({ rows }) => ['check-ins', rows, '--wait']]],
  [
    ['people merge', () => ['j-an-2', '--into', 'j-an']],
    ['people unmerge', () => ['j-an-2']],
  ],
  only('ids list'),
  only('ids merge'),
  only('profiles list'),
  [
    ['profiles show', () => ['covid-19-vn-5053']],
    ['profiles add', ({ profile }) => [profile, '--yes']],
    ['profiles retire', () => ['of-json', '--yes']],
  ],
  only('place-kinds list'),
  only('place-kinds set', 'cafe', '--stay', '45'),
];

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
describe('A command with --json', () => {
  const before = { ...process.env };
  const known: Known = { aside: '', task: '', rows: '', profile: '' };
  let installation: TestInstallation;
  let all: ReturnType<typeof startCommand>;
  const startAll = async () => {
    all = startCommand(['start'], { ...installation.env, TRUYVET_PORT: '0' });
    await all.printed('The API listens on');
  };

  beforeAll(async () => {
    installation = await freshInstallation(['event-log', 'neo4j', 'redis']);
    const { dataDir, env, urls } = installation;
    await startAll();
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
    await poison(urls.eventStoreUrl, 'j-poisoned', Math.floor(Date.now() / 1000) - 86_400);
    await runCommand(['import', 'check-ins', known.rows], env);
    await runCommand(['import', 'results', doubted], env);
    expect(await runCommand(['import', 'results', results, '--wait'], env)).toMatchObject({ code: 0 });
    for (const caseId of ['j-held', 'j-held-too']) await hold(urls.eventStoreUrl, caseId);
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
  afterAll(async () => {
    become(before);
    await killCommands();
    await installation?.remove();
  });

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
    const tested = [...ROWS.flat().map(([name]) => name), 'services down', 'services up'];
    expect(tested.sort()).toEqual(documented().sort());
  });

  const rows = ROWS.map((row) => ({ names: row.map(([name]) => name).join(', then '), row }));
  it.each(rows)('prints only JSON, in snake_case: $names', async ({ row }) => {
    for (const [name, args] of row) {
      const answer = await answerOf(name, args(known));
      expect(answer).toBeInstanceOf(Object);
      expect(keysWithin(answer).filter((key) => /[a-z][A-Z]/.test(key))).toEqual([]);
    }
  });

  it('prints only JSON: services down, then services up', async () => {
    all.process.kill('SIGTERM');
    await all.ended;
    expect(await answerOf('services down', [])).toContainEqual(expect.objectContaining({ state: 'stopped' }));
    expect(await answerOf('services up', [])).toContainEqual(expect.objectContaining({ state: 'running' }));
    await startAll();
  });
});
