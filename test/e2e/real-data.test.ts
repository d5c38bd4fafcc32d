import { EventStoreDBClient, FORWARDS, START } from '@eventstore/db-client';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { openRuntime, type Runtime } from '../../src/entrypoints/runtime.js';
import { performLocally } from '../../src/entrypoints/perform-locally.js';
import type { ContactsAnswer } from '../../src/investigation/contacts.js';
import { askContacts } from '../../src/investigation/requests/one-case.js';
import { readConfig } from '../../src/platform/config.js';
import { serviceUrls } from '@truyvet/local-services';
import { killCommands, runCommand, startCommand, type Command } from '../support/command.js';
import { SHARED } from '../support/shared.js';
import { recordedAgain } from '../support/sizes.js';
import { warmGraph, type WarmGraph } from '../support/warm-graph.js';

/** The whole program as a user runs it: `npm start` in one terminal, commands in another. */
const RECORDINGS = join(SHARED, 'data');
const SLOWEST = 600_000;
const dataDir = mkdtempSync(join(tmpdir(), 'truyvet-e2e-'));
/** The day after all imported data, so that advice is not over yet. */
const TODAY = '2022-01-11T12:00:00+07:00';
let env: Record<string, string> = { TRUYVET_DATA: dataDir, TRUYVET_PORT: '0', TRUYVET_CLOCK: TODAY };
let graph: WarmGraph | undefined;
let running: Command | undefined;

beforeAll(async () => {
  graph = await warmGraph();
  env = { ...env, ...graph.env };
  running = startCommand(['start', ...(process.env['CI'] ? ['--install'] : [])], env);
  await running.printed('The API listens on');
}, 300_000);

afterAll(async () => {
  running?.process.kill('SIGTERM');
  const ended = await running?.ended;
  await graph?.release();
  rmSync(dataDir, { recursive: true, force: true });
  expect(ended?.code).toBe(0);
}, 120_000);

afterAll(killCommands);

async function truyvet(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runCommand(args, env);
  if (code !== 0) throw new Error(`truyvet ${args.join(' ')} ended with ${code}:\n${stdout}${stderr}`);
  return stdout;
}

/** Imports rows and waits until all their consequences are done. */
async function take(kind: string, header: string, ...rows: string[]): Promise<void> {
  const file = join(dataDir, `${kind}.csv`);
  writeFileSync(file, [header, ...rows, ''].join('\n'));
  await truyvet('import', kind, file, '--wait');
}

async function contacts(person: string, disease = 'covid-19'): Promise<ContactsAnswer> {
  return JSON.parse(await truyvet('contacts', '--person', person, '--disease', disease, '--json')) as ContactsAnswer;
}

const peopleIn = ({ items }: ContactsAnswer, of: number) =>
  items.flatMap(({ person, degree }) => (degree === of ? [person] : []));

const outbox = () => {
  const file = join(dataDir, 'outbox.ndjson');
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').filter(Boolean) : [];
  return lines.map((line) => JSON.parse(line) as { to: string; text: string });
};

/** The number of events in the log, without the server's own. */
async function logLength(): Promise<number> {
  const url = serviceUrls(readConfig(env)).eventStoreUrl;
  const client = EventStoreDBClient.connectionString(url);
  let length = 0;
  for await (const { event } of client.readAll({ direction: FORWARDS, fromPosition: START })) {
    if (event && !event.type.startsWith('$')) length++;
  }
  await client.dispose();
  return length;
}

/** Adds Vietnam's first rules under the name of a separate disease, so that they apply on any day. */
async function addRules(disease: string, more: object = {}): Promise<void> {
  const shown = await truyvet('profiles', 'show', 'covid-19-vn-5053', '--json');
  const file = join(dataDir, 'profile.json');
  writeFileSync(file, JSON.stringify({ ...(JSON.parse(shown) as object), id: disease, disease, ...more }));
  await truyvet('profiles', 'add', file, '--yes');
}

const FIRST = 'covid-19-of-2020';
const PEOPLE = 'person_id,name,phone,language';
const CHECK_INS = 'person_id,place_id,arrived_at,left_at';
const RESULTS = 'sample_id,person_id,disease,collected_at,reported_at,result,infectious_from,infectious_until';

/** The same case among people and at places of its own, so that each test goes on from it alone. */
function storyOf(number: number) {
  const id = (name: string) => `${name}-${number}`;
  const people = ['An', 'Binh', 'Chi', 'Dung', 'Em'].map((name, i) => `${id(name)},${name},0901234${number}1${i},en`);
  const stay = (name: string, place: string, times: string) => `${id(name)},${id(place)},${times}`;
  return {
    id,
    people,
    stay,
    checkIns: [
      stay('An', 'cafe', '2022-01-05T08:00:00Z,2022-01-05T09:00:00Z'),
      stay('Binh', 'cafe', '2022-01-05T08:30:00Z,'),
      stay('Binh', 'market', '2022-01-05T12:00:00Z,2022-01-05T13:00:00Z'),
      stay('Dung', 'market', '2022-01-05T12:59:00Z,2022-01-05T13:30:00Z'),
      stay('An', 'market', '2022-01-07T08:00:00Z,2022-01-07T09:00:00Z'),
      stay('Chi', 'market', '2022-01-07T08:59:00Z,2022-01-07T10:00:00Z'),
    ],
    result: (value: string) => `s${number},${id('An')},${FIRST},2022-01-06T08:00:00Z,2022-01-07T08:00:00Z,${value},,`,
    found: () => contacts(id('An'), FIRST),
    /** The last two digits of the phones that got a message, sorted. */
    told: () =>
      outbox()
        .filter(({ to }) => to.slice(0, -2) === `+84901234${number}`)
        .map(({ to }) => to.slice(-2))
        .sort(),
  };
}

describe('A case from check-ins to messages', () => {
  const found = storyOf(1);
  const shown = storyOf(2);
  const again = storyOf(3);
  const late = storyOf(4);
  const isolated = storyOf(5);
  const retracted = storyOf(6);
  const stories = [found, shown, again, late, isolated, retracted];

  beforeAll(async () => {
    await addRules(FIRST);
    await take('people', PEOPLE, ...stories.flatMap(({ people }) => people));
    await take('check-ins', CHECK_INS, ...stories.flatMap(({ checkIns }) => checkIns));
    await take('results', RESULTS, ...stories.map(({ result }) => result('positive')));
  }, SLOWEST);

  it(
    'finds and informs everyone who was exposed',
    async () => {
      const { id } = found;
      expect(await found.found()).toMatchObject({
        case: { person: id('An'), status: 'live', from: '2022-01-03T08:00:00Z', until: null },
        counts: [
          { degree: 1, count: 2 },
          { degree: 2, count: 1 },
        ],
        items: [
          { person: id('Binh'), degree: 1, first: '2022-01-05T08:30:00Z', minutes: 30, places: [id('cafe')] },
          { person: id('Chi'), degree: 1, first: '2022-01-07T08:59:00Z', minutes: 1, places: [id('market')] },
          { person: id('Dung'), degree: 2, via: [id('Binh')] },
        ],
        next: null,
      });
      expect(found.told()).toEqual(['11', '12', '13']);
    },
    SLOWEST,
  );

  it(
    'shows a person on the command line what was found, who was informed, and how current the graph is',
    async () => {
      const { id } = shown;
      const { id: caseId } = (await shown.found()).case;
      expect((await truyvet('contacts', '--person', id('An'), '--case', caseId)).trim().split('\n')).toEqual([
        `${id('An')}: ${FIRST}, case ${caseId.slice(0, 8)}`,
        'Infectious from 2022-01-03 15:00:00+07:00 until isolation (none is recorded)',
        '2 F1',
        `  ${id('Binh')}: from 2022-01-05 15:30:00+07:00, 30 min at ${id('cafe')}`,
        `  ${id('Chi')}: from 2022-01-07 15:59:00+07:00, 1 min at ${id('market')}`,
        '1 F2',
        `  ${id('Dung')}: through ${id('Binh')}`,
      ]);
      const alerts = await truyvet('alerts', '--case', caseId);
      for (const [name, degree] of [
        ['Binh', 'F1'],
        ['Chi', 'F1'],
        ['Dung', 'F2'],
      ] as const) {
        expect(alerts).toContain(`${id(name)}  ${degree} of ${FIRST}`);
      }
      expect(alerts).toContain('\n3 alerts\n');
      await expect(truyvet('alerts', '--person', 'Chii')).rejects.toThrow('The person Chii is not known.');
      expect(await truyvet('alerts', '--person', id('Chi'), '--status', 'sent')).toMatch(
        /Chi-2 .* written to a file \(outbox\) .*\n1 alert\nNo provider is configured: .*\n$/,
      );
      expect(await truyvet('alerts', '--case', caseId, '--status', 'failed')).toMatch(/^No alerts\.\n/);
      expect(await truyvet('projections', 'status')).toMatch(
        /^The graph has caught up with the log\.\n {2}facts +\d+\n/,
      );
      expect(JSON.parse(await truyvet('projections', 'status', '--json'))).toMatchObject({ caught_up: true });
    },
    SLOWEST,
  );

  it(
    'changes nothing when everything is imported again',
    async () => {
      const stand = async () => ({ contacts: await again.found(), outbox: outbox(), events: await logLength() });
      const before = await stand();
      await take('people', PEOPLE, ...again.people);
      await take('check-ins', CHECK_INS, ...again.checkIns);
      await take('results', RESULTS, again.result('positive'));
      expect(await stand()).toEqual(before);
    },
    SLOWEST,
  );

  it(
    'informs a contact who becomes known by a late check-in',
    async () => {
      const { id, stay } = late;
      await take('check-ins', CHECK_INS, stay('Em', 'cafe', '2022-01-05T07:00:00Z,2022-01-05T08:15:00Z'));
      expect(peopleIn(await late.found(), 1)).toEqual(['Binh', 'Chi', 'Em'].map(id));
      expect(late.told()).toEqual(['11', '12', '13', '14']);
    },
    SLOWEST,
  );

  it(
    'releases people whom the case met only after its isolation, and informs them',
    async () => {
      const { id } = isolated;
      await take('isolations', 'person_id,started_at', `${id('An')},2022-01-06T12:00:00Z`);
      const left = await isolated.found();
      expect(left.case).toMatchObject({ from: '2022-01-03T08:00:00Z', until: '2022-01-06T12:00:00Z' });
      expect(peopleIn(left, 1)).toEqual([id('Binh')]);
      expect(isolated.told()).toEqual(['11', '12', '12', '13']);
    },
    SLOWEST,
  );

  it(
    'empties the list when the result is retracted, and informs those who had got a message',
    async () => {
      await take('results', RESULTS, retracted.result('retracted'));
      expect(await retracted.found()).toMatchObject({ case: { status: 'retracted' }, items: [] });
      expect(retracted.told()).toEqual(['11', '11', '12', '12', '13', '13']);
    },
    SLOWEST,
  );
});

interface Expected {
  person: string;
  from: string;
  until: string;
  minMinutes: number;
  f1: { id: string; firstExposureAt: string; minutes: number }[];
  f2: string[];
}

const STRICT = 'covid-19-15-minutes';
const diseaseOf = ({ minMinutes }: Expected) => (minMinutes === 0 ? 'covid-19' : STRICT);
describe('Under letter 11042', () => {
  const RAPID = `${RESULTS.split(',infectious')[0]},method`;
  const day = (time: string) => `2022-01-10T${time}:00+07:00`;

  it(
    'a rapid test makes a case of an F1, and a suspicion of others; sharing a bus is a factor, without a message',
    async () => {
      await take('people', PEOPLE, ...['l-rider', 'l-met'].map((id, i) => `${id},,090400000${i},vi`));
      await take('places', 'place_id,name,kind', 'l-bus,Bus 12,Bus', 'l-cafe,Cafe,cafe');
      await take(
        'check-ins',
        CHECK_INS,
        `l-case,l-bus,${day('07:00')},${day('07:40')}`,
        `l-rider,l-bus,${day('07:30')},${day('07:50')}`,
        `l-case,l-cafe,${day('12:00')},${day('13:00')}`,
        `l-met,l-cafe,${day('12:10')},${day('12:40')}`,
      );
      const rapid = (person: string) =>
        `r-${person},${person},covid-19,${day('18:00')},${day('18:20')},positive,antigen`;
      await take('results', RAPID, ...['l-met', 'l-rider', 'l-stranger'].map(rapid));
      await expect(contacts('l-met')).rejects.toThrow(/is not known to be a case/);
      await take('results', RAPID, `r-l-case,l-case,covid-19,${day('15:00')},${day('19:00')},positive,pcr`);
      const found = await contacts('l-case');
      expect(peopleIn(found, 1)).toEqual(['l-met']);
      expect(found.factors).toEqual([
        { person: 'l-rider', shared: ['vehicle'], since: '2022-01-10T00:30:00Z', places: ['l-bus'] },
      ]);
      expect(await contacts('l-met')).toMatchObject({ case: { status: 'live' } });
      const retests = JSON.parse(await truyvet('retests', '--json')) as { person_id: string; reason: string }[];
      expect(retests.filter(({ reason }) => reason === 'rapid').map(({ person_id: id }) => id)).toEqual([
        'l-rider',
        'l-stranger',
      ]);
      const told = outbox().map(({ to }) => to);
      expect(told).toContain('+84904000001');
      expect(told).not.toContain('+84904000000');
    },
    SLOWEST,
  );
});

const present = existsSync(RECORDINGS);

(present ? describe : describe.skip)(`Recordings of real people (skipped where ${RECORDINGS} is absent)`, () => {
  let runtime: Runtime;

  beforeAll(async () => {
    // Asks what the command would ask, without starting a process for each of so many cases.
    runtime = await openRuntime(readConfig(env), pino({ level: 'silent' }));
    await addRules(STRICT, { minimum_minutes: 15 });
  }, SLOWEST);

  afterAll(() => runtime?.close());

  it.each([
    ['nyc-check-ins', 'check-ins'],
    ['ht09-proximity', 'proximity'],
  ])(
    'have exactly the contacts expected in %s, even if it is imported twice',
    async (name, kind) => {
      const folder = join(RECORDINGS, name);
      const cases = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Expected[];
      const rows = cases.map((each, i) => {
        const facts = [each.person, diseaseOf(each), each.from, each.from, 'positive', each.from, each.until];
        return [`${name}-${i}`, ...facts].join(',');
      });
      const recording = join(folder, `${kind}.csv`);
      const importAll = async (file: string) => {
        await truyvet('import', kind, file, '--wait');
        await take('results', RESULTS, ...rows);
      };
      const expectAll = async () => {
        for (const each of cases) {
          const given = { person: each.person, disease: diseaseOf(each) };
          const listed = await performLocally(runtime, askContacts, given);
          const met = listed.items.filter(({ degree }) => degree === 1);
          const found = {
            f1: met.map(({ person: id, first: firstExposureAt, minutes }) => ({ id, firstExposureAt, minutes })),
            f2: peopleIn(listed, 2),
          };
          expect({ case: each.person, ...found }).toEqual({ case: each.person, f1: each.f1, f2: each.f2 });
        }
      };
      await importAll(recording);
      await expectAll();
      const before = { events: await logLength(), outbox: outbox() };
      const again = join(dataDir, `${kind}-again.csv`);
      writeFileSync(
        again,
        readFileSync(recording, 'utf8')
          .split('\n')
          .slice(0, recordedAgain + 1)
          .join('\n'),
      );
      await importAll(again);
      expect({ events: await logLength(), outbox: outbox() }).toEqual(before);
    },
    SLOWEST,
  );
});
