import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { cpSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { servicesDown } from '@truyvet/local-services';
import { connectGraph } from '../../src/contact-graph/neo4j.js';
import { killCommands, runCommand, startCommand, type Command } from '../support/command.js';
import { deadline } from '../support/deadline.js';
import { freshInstallation, type TestInstallation } from '../support/services.js';

jest.setTimeout(240_000);

const HOUR = 3_600_000;

let installation: TestInstallation;

/** Writes rows to a file in the installation's folder. */
function file(name: string, header: string, rows: readonly string[]): string {
  const path = join(installation.dataDir, name);
  writeFileSync(path, [header, ...rows, ''].join('\n'));
  return path;
}

/** Two people who are at a place together this many times, and a positive result of the first. */
function meeting(name: string, stays = 1): { case: string; contact: string; visits: string; results: string } {
  const day = Date.now() - 72 * HOUR;
  const at = (hours: number) => new Date(day + hours * HOUR).toISOString();
  const [one, two] = [`${name}-1`, `${name}-2`];
  const rows = Array.from({ length: stays }, (_, i) => [
    `${one},${name}-place${i},${at(i)},${at(i + 0.5)}`,
    `${two},${name}-place${i},${at(i)},${at(i + 0.5)}`,
  ]);
  return {
    ...{ case: one, contact: two },
    visits: file(`${name}-visits.csv`, 'person_id,place_id,arrived_at,left_at', rows.flat()),
    results: file(`${name}-results.csv`, 'sample_id,person_id,disease,collected_at,reported_at,result', [
      `${name}-s,${one},covid-19,${at(40)},${at(45)},positive`,
    ]),
  };
}

async function succeeds(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runCommand(args, installation.env);
  expect({ args, code, stderr: code === 0 ? '' : stderr }).toEqual({ args, code: 0, stderr: '' });
  return stdout;
}

async function takeIn({ visits, results }: ReturnType<typeof meeting>): Promise<void> {
  await succeeds('import', 'check-ins', visits);
  await succeeds('import', 'results', results, '--wait');
}

/** The contacts of a person, or in words why there is no answer. */
async function contactsOf(person: string): Promise<string[] | string> {
  const { code, stdout, stderr } = await runCommand(['contacts', '--person', person, '--json'], installation.env);
  if (code !== 0) return stderr;
  const { items } = JSON.parse(stdout) as { items: { person: string; degree: number }[] };
  return items.flatMap((contact) => (contact.degree === 1 ? [contact.person] : []));
}

async function untilContacts(person: string, holds: (answer: string[] | string) => boolean): Promise<string[]> {
  const answers: string[] = [];
  for (const end = deadline(); !end.passed();) {
    const answer = await contactsOf(person);
    answers.push(String(answer));
    if (holds(answer)) return answers;
  }
  throw new Error(`of ${person} it is still said: ${answers.at(-1)}`);
}

const isCase = (answer: string[] | string): boolean => typeof answer !== 'string';

describe('A projector and a worker with nothing to do', () => {
  let met: ReturnType<typeof meeting>;
  let parts: Command[];
  const startParts = async () => {
    parts = ['projector', 'worker'].map((role) => startCommand([role], installation.env));
    await Promise.all(parts.map((part) => part.printed('is running')));
  };
  beforeAll(async () => {
    installation = await freshInstallation(['event-log', 'neo4j', 'redis']);
    await startParts();
    met = meeting('rest');
    await takeIn(met);
  }, 300_000);
  afterAll(async () => {
    await killCommands();
    await installation?.remove();
  });

  it('rebuild an emptied graph, give nobody an incomplete answer, and wait for a known row', async () => {
    expect(await contactsOf(met.case)).toEqual([met.contact]);
    await succeeds('projections', 'rebuild');
    const answers = await untilContacts(met.case, isCase);
    for (const answer of answers.slice(0, -1))
      expect(answer).toMatch(/being (filled|prepared|emptied|rebuilt)|is empty|not been prepared/);
    expect(answers.at(-1)).toBe(met.contact);
    await takeIn(met);
    expect(await contactsOf(met.case)).toEqual([met.contact]);
  });

  it('have an import wait while cases of another version are rebuilt, and say so', async () => {
    const [projector] = parts;
    projector?.process.kill('SIGTERM');
    await projector?.ended;
    const driver = connectGraph(installation.urls.neo4j);
    // As a program of another version finds the rows of this one.
    await driver.executeQuery(
      `MATCH (g:Graph), (s:Checkpoint {state: 'shared'}), (c:Checkpoint {projection: 'cases', state: 'active'})
       SET c.state = 'left', c.commit = s.commit, c.prepare = s.prepare, g.served = randomUUID(),
           s.members = [member IN s.members WHERE NOT member STARTS WITH 'cases ']`,
    );
    await driver.close();
    const empty = file('empty.csv', 'person_id,started_at', []);
    const waiting = startCommand(['import', 'isolations', empty, '--wait'], installation.env);
    for (const end = deadline(); !waiting.stderr().includes('the contact graph rebuilds cases'); await delay(100)) {
      expect({ passed: end.passed(), stderr: waiting.stderr() }).toMatchObject({ passed: false });
    }
    const again = startCommand(['projector'], installation.env);
    parts = [...parts.slice(1), again];
    expect(await waiting.ended).toMatchObject({ code: 0 });
    expect(await contactsOf(met.case)).toEqual([met.contact]);
  });

  it('remove what an older copy of the log does not contain, and add what came before they started on it', async () => {
    const [ghost, anew] = [meeting('ghost', 24), meeting('anew')];
    const { config, dataDir } = installation;
    const [log, copy] = [join(dataDir, 'event-log'), join(dataDir, 'copy')];
    await servicesDown({ config, only: ['event-log'] });
    cpSync(log, copy, { recursive: true });
    await installation.up();
    await takeIn(ghost);
    expect(await contactsOf(ghost.case)).toEqual([ghost.contact]);

    for (const part of parts) part.process.kill('SIGTERM');
    await Promise.all(parts.map((part) => part.ended));
    await servicesDown({ config, only: ['event-log'] });
    rmSync(log, { recursive: true });
    renameSync(copy, log);
    await installation.up();
    // These are fewer events than the lost ones: they are below the positions that graph and queues had passed.
    await succeeds('import', 'check-ins', anew.visits);
    await succeeds('import', 'results', anew.results);
    expect(await contactsOf(ghost.case)).toMatch(/older copy|is not the one/);
    await startParts();
    await untilContacts(anew.case, isCase);
    expect(await contactsOf(anew.case)).toEqual([anew.contact]);
    expect(await contactsOf(met.case)).toEqual([met.contact]);
    expect(await contactsOf(ghost.case)).toMatch(/known/);
    expect(JSON.parse(await succeeds('projections', 'status', '--json'))).toMatchObject({
      ...{ log: 'same', caught_up: true },
      made_again: expect.stringMatching(/shorter|other/),
    });
  });
});
