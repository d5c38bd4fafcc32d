import { describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync } from 'node:fs';
import { DateTime } from 'luxon';
import type { Situation } from '../../../src/tasks/task.js';
import { tasksOf } from '../../../src/tasks/task.js';
import { formatInstant, readInstant } from '../../../src/kernel/instant.js';
import { builtInProfiles } from '../../../src/cases/profiles.js';
import { caseIdOf } from '../../../src/cases/ids.js';
import { calendarOf } from '../../../src/platform/calendar.js';
import { clustersOf } from '../../../src/investigation/clusters.js';
import { descent, reproduction } from '../../../src/investigation/generations.js';
import { CaseRun, CASES } from '../../support/case-run.js';

const present = existsSync(CASES);
const rules = builtInProfiles().find(({ id }) => id === 'covid-19-vn-5053');

/** The tests and the follow-up of an F1, as in the list of tasks. */
async function tasksIn(run: CaseRun, personId: string, of: string) {
  const contact = (await run.contactsOf(of)).contacts.get(personId);
  if (!contact) throw new Error(`${personId} is no contact of ${of}`);
  const situation: Situation = {
    ...{ caseId: caseIdOf(of, 'covid-19', 0), personId, degree: contact.degree, rules },
    first: readInstant(contact.firstExposureAt),
    last: contact.lastExposureAt === null ? null : readInstant(contact.lastExposureAt),
    ...{ alerts: [], symptoms: [] },
    samples: run.world.tests.flatMap(({ person, at }) => (person === personId ? [at] : [])),
  };
  const calendar = calendarOf(run.zone);
  return tasksOf(situation, calendar).map(({ kind, days, due, done }) => ({
    kind,
    days,
    done,
    due: formatInstant(due),
  }));
}

/** The README of each folder says what is right and why; each test runs from the files to the messages. */
const FOLDERS: Record<string, () => Promise<void>> = {
  'one-swab-two-diseases': async () => {
    const run = new CaseRun('one-swab-two-diseases', '2021-08-11T08:00:00+07:00');
    await run.takeAll(['people', 'people'], ['check-ins', 'check-ins'], ['results', 'results-1-panel']);
    await run.takeAll(['results', 'results-2-both-positive']);
    expect(await run.case('x01-idx')).toMatchObject({ status: 'live' });
    expect(await run.case('x01-idx', 'mers')).toMatchObject({ status: 'unknown' });
    expect(await run.f1Of('x01-idx')).toEqual(['x01-c1']);
    expect(await run.f1Of('x01-two')).toEqual(['x01-c2']);
    expect(await run.f1Of('x01-two', 'measles')).toEqual(['x01-c2']);
  },

  'laboratory-list-newest-first': async () => {
    const run = new CaseRun('laboratory-list-newest-first', '2021-08-13T08:00:00+07:00');
    await run.takeAll(['people', 'people'], ['check-ins', 'check-ins'], ['results', 'results-a-newest-first']);
    await run.takeAll(['results', 'results-c-control']);
    for (const person of ['x02a-idx', 'x02c-idx']) {
      expect((await run.case(person)).status).not.toBe('live');
      expect(await run.f1Of(person)).toEqual([]);
    }
    expect(run.sent).toEqual({});
  },

  'onset-of-another-year': async () => {
    const run = new CaseRun('onset-of-another-year', '2021-08-11T08:00:00+07:00');
    await run.takeAll(['people', 'people'], ['check-ins', 'check-ins']);
    const { refused } = await run.take('results', 'results');
    expect(refused.flatMap(({ complaints }) => complaints.map(({ column }) => column))).toContain('onset_at');
    await run.settle();
    expect(await run.case('x03-idx')).toMatchObject({ status: 'unknown' });
    expect(run.sent).toEqual({});
  },

  'same-id-other-letters': async () => {
    const run = new CaseRun('same-id-other-letters', '2021-08-11T08:00:00+07:00');
    await run.takeAll(['check-ins', 'check-ins'], ['results', 'results']);
    expect(await run.f1Of('x04-idx')).toEqual(['x04-c1']);
  },

  landlines: async () => {
    const run = new CaseRun('landlines', '2021-08-11T08:00:00+07:00');
    await run.takeAll(['people', 'people'], ['check-ins', 'check-ins'], ['results', 'results']);
    expect(Object.keys(run.sent)).toEqual(['+84912000501']);
    for (const person of ['x05-home', 'x05-hcm', 'x05-hot'])
      expect(run.alertsOf(person, 'x05-idx')).toMatchObject([{ status: 'failed', failure: 'no-sms', told: false }]);
  },

  'order-over-before-it-is-sent': async () => {
    const run = new CaseRun('order-over-before-it-is-sent', '2026-11-28T08:00:00+07:00');
    await run.takeAll(['people', 'people'], ['check-ins', 'check-ins'], ['results', 'results']);
    expect(run.sent).toEqual({ '+84912000802': [expect.stringContaining('11/12')] });
    expect(run.alertsOf('x08-c1', 'x08-idx', 'measles')).toMatchObject([{ status: 'failed', failure: 'too-late' }]);
  },

  'fourteen-days-over-a-clock-change': async () => {
    const run = new CaseRun('fourteen-days-over-a-clock-change', '2021-10-21T08:00:00+02:00', 'Europe/Berlin');
    await run.takeAll(['people', 'people'], ['check-ins', 'check-ins'], ['results', 'results']);
    expect(run.sent).toEqual({ '+4915112345678': [expect.stringContaining('03/11')] });
    const days = (await tasksIn(run, 'x10-aut', 'x10-idx')).filter((each) => each.days === 14);
    expect(days.map(({ kind, due }) => [kind, DateTime.fromISO(due, { zone: run.zone }).toISODate()])).toEqual([
      ['test', '2021-11-03'],
      ['follow-up', '2021-11-03'],
    ]);
  },

  'swab-in-the-morning': async () => {
    const run = new CaseRun('swab-in-the-morning', '2021-08-12T08:00:00+07:00');
    await run.takeAll(['check-ins', 'check-ins'], ['results', 'results']);
    const tests = (await tasksIn(run, 'x11-c1', 'x11-idx')).filter(({ kind }) => kind === 'test');
    expect(tests.map(({ days, done }) => [days, done])).toEqual([
      [1, true],
      [14, false],
    ]);
  },

  'day-of-the-zone': async () => {
    const run = new CaseRun('day-of-the-zone', '2021-06-13T08:00:00+07:00');
    await run.takeAll(['check-ins', 'check-ins'], ['results', 'results']);
    const { cases, links } = await run.asked();
    const stays = run.world.stays.map(({ person, place, from, to }) => ({
      ...{ personId: person, placeId: place, from, to, open: false },
    }));
    const clusters = clustersOf(cases, links, stays, calendarOf(run.zone));
    expect(clusters.map((each) => each.cases.map(({ person }) => person))).toEqual([['x12-a', 'x12-b'], ['x12-c']]);
    expect(clusters[0]?.places).toMatchObject([{ place: 'x12-market', cases: 2, days: 1 }]);
  },

  'onset-before-and-after-the-swab': async () => {
    const run = new CaseRun('onset-before-and-after-the-swab', '2021-08-05T08:00:00+07:00');
    await run.takeAll(['people', 'people'], ['check-ins', 'check-ins'], ['results', 'results-1']);
    const before = run.sent;
    expect(Object.keys(before).sort()).toEqual(['+84912001701', '+84912001702']);
    run.rig.now = Date.parse('2021-08-07T08:00:00+07:00');
    await run.takeAll(['results', 'results-2-onset-later']);
    expect((await run.case('x17b-idx')).window).toMatchObject({ from: '2021-07-29T01:00:00Z' });
    expect(await run.f1Of('x17a-idx')).toEqual(['x17-x']);
    expect(await run.f1Of('x17b-idx')).toEqual(['x17-y']);
    expect(run.sent).toEqual(before);
  },

  'impossible-offsets': async () => {
    const run = new CaseRun('impossible-offsets', '2024-03-01T08:00:00+07:00');
    await run.take('check-ins', 'check-ins');
    const stays = run.world.stays.map(({ person, from, to }) => [
      person.slice(-2),
      formatInstant(from),
      (to - from) / 60,
    ]);
    expect(stays).toEqual([
      ['01', '2021-08-09T16:00:00Z', 60],
      ['05', '2021-08-09T03:00:00Z', 60],
      ['10', '2024-02-29T03:00:00Z', 60],
      ['12', '2021-08-09T03:00:00Z', 60],
      ['14', '2021-08-09T03:00:00Z', 60],
      ['15', '2021-08-09T03:00:00Z', 60],
      ['16', '2021-08-09T16:30:00Z', 30],
    ]);
  },

  'phone-corrected': async () => {
    const run = new CaseRun('phone-corrected', '2021-08-11T08:00:00+07:00');
    await run.takeAll(['people', 'people-1'], ['check-ins', 'check-ins'], ['results', 'results']);
    expect(Object.keys(run.sent)).toEqual(['+84912002901']);
    await run.takeAll(['people', 'people-2']);
    const advice = [expect.stringContaining('23/08')];
    expect(run.sent).toEqual({ '+84912002901': advice, '+84912002902': advice });
  },

  'exposed-again': async () => {
    const run = new CaseRun('exposed-again', '2026-11-20T09:00:00+07:00');
    await run.takeAll(['people', 'people'], ['check-ins', 'check-ins-1'], ['results', 'results']);
    const first = expect.stringContaining('09/12');
    expect(run.sent).toEqual({ '+84912003101': [first] });
    run.rig.now = Date.parse('2026-11-24T08:00:00+07:00');
    await run.takeAll(['check-ins', 'check-ins-2']);
    const both = { '+84912003101': [first, expect.stringContaining('14/12')] };
    expect(run.sent).toEqual(both);
    await run.takeAll(['check-ins', 'check-ins-2']);
    expect(run.sent).toEqual(both);
  },

  'left-isolation': async () => {
    const run = new CaseRun('left-isolation', '2026-11-15T08:00:00+07:00');
    await run.takeAll(['check-ins', 'check-ins'], ['isolations', 'isolations'], ['results', 'results']);
    expect(await run.f1Of('x32-idx', 'measles')).toEqual(['x32-e', 'x32-w']);
    expect((await run.contactsOf('x32-idx', 'measles')).latest).toMatchObject({
      until: '2026-11-14T01:00:00Z',
      isolated: [{ from: '2026-11-11T11:00:00Z', until: '2026-11-12T23:00:00Z' }],
    });
  },

  'contact-is-a-case': async () => {
    const run = new CaseRun('contact-is-a-case', '2021-08-03T08:00:00+07:00');
    await run.takeAll(['people', 'people'], ['check-ins', 'check-ins'], ['results', 'results-1']);
    const before = run.sent;
    run.rig.now = Date.parse('2021-08-04T08:00:00+07:00');
    await run.takeAll(['results', 'results-2']);
    expect(await run.f1Of('x33-a')).toEqual(['x33-p', 'x33-q']);
    expect(run.sent['+84912003301']).toBeUndefined();
    expect(run.alertsOf('x33-p', 'x33-a')).toMatchObject([{ failure: 'is-a-case' }]);
    expect([...(before['+84912003302'] ?? []), ...(run.sent['+84912003302'] ?? [])]).not.toEqual([]);
  },

  'generations-against-time': async () => {
    const run = new CaseRun('generations-against-time', '2021-08-14T08:00:00+07:00');
    await run.takeAll(['check-ins', 'check-ins'], ['results', 'results']);
    const { cases, links } = await run.asked();
    const first = cases.filter(({ personId }) => personId === 'x34-c');
    const chain = descent([...first, ...cases.filter((each) => !first.includes(each))], links);
    expect(chain.map(({ generation, case: { personId } }) => [generation, personId])).toEqual([
      [0, 'x34-c'],
      [1, 'x34-a'],
    ]);
    expect(reproduction(chain, readInstant('2021-09-30T00:00:00Z'))).toEqual({ number: 0.5, counted: 2, young: 0 });
  },
};

describe('Files that once failed', () => {
  (present ? it : it.skip).each(Object.keys(FOLDERS))(
    `give the right result: %s (skipped where ${CASES} is absent)`,
    async (folder) => {
      await FOLDERS[folder]?.();
    },
  );

  (present ? it : it.skip)('are all that exist', () => {
    const folders = readdirSync(CASES, { withFileTypes: true }).filter((each) => each.isDirectory());
    expect(Object.keys(FOLDERS).sort()).toEqual(folders.map(({ name }) => name).sort());
  });
});
