import { TASK_CLOSED_OTHERWISE } from '../../../src/tasks/problems.js';
import { unverified } from '../../../src/kernel/actor.js';
import type { TaskEvent } from '../../../src/tasks/events.js';
import { describe, expect, it } from '@jest/globals';
import { SECONDS_PER_DAY } from '../../../src/kernel/instant.js';
import { calendarOf } from '../../../src/platform/calendar.js';
import {
  lastKnownExposure,
  taskDecider,
  tasksOf as tasksIn,
  type Situation,
  type TaskCommand,
} from '../../../src/tasks/task.js';
import { given as givenOf, refusal } from '../../support/decider-spec.js';

const note = { nonce: 'n', text: 't', tag: 'g' };
const data = {
  ...{ taskId: 't', kind: 'test' as const, personId: 'Em', caseId: 'c', outcome: 'tested' as const },
  note: null,
};
const close = { type: 'Close' as const, data, by: 'Lan', otherNote: false };
const closed: TaskEvent = { type: 'TaskClosed', data };
const reopen: TaskCommand = { type: 'Reopen', taskId: 't', reason: note };
const reopened: TaskEvent = { type: 'TaskReopened', data: { taskId: 't', reason: note } };

const given = givenOf(taskDecider, unverified('Lan', 'cli'));

describe('A task', () => {
  it('is closed with its result, and by whom', () => {
    given().when(close).then(closed);
  });

  it('that is closed again in the same words is unchanged', () => {
    given(closed).when(close).then();
  });

  it('is not closed differently until somebody has reopened it', () => {
    const otherwise = { ...close, data: { ...data, outcome: 'refused' as const } };
    given(closed).when(otherwise).then(refusal(TASK_CLOSED_OTHERWISE, 'closed already: tested, by Lan'));
    given(closed, reopened).when(otherwise).then({ type: 'TaskClosed', data: otherwise.data });
  });

  it('is not closed with another note than the existing one', () => {
    given(closed)
      .when({ ...close, otherNote: true })
      .then(refusal(TASK_CLOSED_OTHERWISE, 'closed already: tested, by Lan'));
    given()
      .when({ ...close, otherNote: true })
      .then(closed);
  });

  it('is not closed again by somebody else: the name is recorded once', () => {
    given(closed)
      .when({ ...close, by: 'Minh' })
      .then(refusal(TASK_CLOSED_OTHERWISE, 'closed already: tested, by Lan'));
  });

  it('is reopened only if it was closed', () => {
    given(closed).when(reopen).then(reopened);
    given().when(reopen).then();
    given(closed, reopened).when(reopen).then();
  });
});

/** 09:00 UTC, 16:00 in Vietnam. */
const LAST = 1_627_808_400;
const vietnam = calendarOf('Asia/Ho_Chi_Minh');
const tasksOf = (situation: Situation) => tasksIn(situation, vietnam);
const days = (count: number) => LAST + count * SECONDS_PER_DAY;
const contact: Situation = {
  ...{ caseId: 'c', personId: 'Em', degree: 1, first: LAST - 600, last: LAST },
  ...{ rules: { testDays: [1, 14], followUpDays: 14 }, alerts: [], samples: [], symptoms: [] },
};
const told = { alertId: 'a', through: 'a', told: true, degree: 1, reason: '', at: days(0) };
const failed = { ...told, alertId: 'b', through: 'b', told: false, reason: 'no-phone' };
const kindsOf = (situation: Situation) => tasksOf(situation).map(({ kind }) => kind);
const tests = (situation: Situation) => tasksOf(situation).filter(({ kind }) => kind === 'test');

describe('The task for a contact', () => {
  it('is the tests of the profile after the last exposure, and a follow-up', () => {
    expect(tasksOf(contact).map(({ kind, due }) => [kind, due])).toEqual([
      ['test', days(1)],
      ['test', days(14)],
      ['follow-up', days(14)],
    ]);
  });

  it('is none of these for an F2', () => {
    expect(tasksOf({ ...contact, degree: 2 })).toEqual([]);
  });

  it('counts from the first exposure while the last continues, and again after it ended', () => {
    const [going] = tests({ ...contact, last: null, first: days(-3) });
    expect(going?.due).toBe(days(-2));
    expect(tests(contact)[0]?.what).not.toBe(going?.what);
  });

  it('is the same task if the last exposure lasts some minutes longer', () => {
    expect(tests({ ...contact, last: LAST + 600 })[0]?.what).toBe(tests(contact)[0]?.what);
  });

  it('is a visit if an alert failed, also for an F2', () => {
    expect(tasksOf({ ...contact, degree: 2, alerts: [failed] })).toMatchObject([
      { kind: 'field-visit', reason: 'no-phone', due: days(0) },
    ]);
  });

  it.each([
    ['no-sms', 1],
    ['bound', 1],
    ['too-late', 0],
    ['is-a-case', 0],
  ])('is, if the alert failed as %s, %i visit', (reason, visits) => {
    const kinds = kindsOf({ ...contact, alerts: [{ ...failed, reason }] });
    expect(kinds.filter((kind) => kind === 'field-visit')).toHaveLength(visits);
  });

  it('follows the end of the last exposure, or the last check of alerting while it continues', () => {
    const alerts = [told, { ...failed, at: days(3) }, { ...failed, reason: 'too-late', at: days(900) }];
    expect(lastKnownExposure({ ...contact, alerts })).toBe(LAST);
    expect(lastKnownExposure({ ...contact, last: null, alerts })).toBe(days(3));
    expect(lastKnownExposure({ ...contact, last: null, alerts: [] })).toBe(contact.first);
  });

  it('is not a visit if the person was informed after all, unless about something that asks for less', () => {
    expect(kindsOf({ ...contact, alerts: [failed, told] })).not.toContain('field-visit');
    expect(kindsOf({ ...contact, alerts: [failed, { ...told, degree: 2 }] })).toContain('field-visit');
  });

  it('is not a test after a sample was taken on that day or later', () => {
    const done = (...samples: number[]) => tests({ ...contact, samples }).map((each) => each.done);
    expect(done(days(0))).toEqual([false, false]);
    expect(done(days(1) - 3_600)).toEqual([true, false]);
    expect(done(days(14))).toEqual([true, true]);
  });

  it('is not a test after a sample was taken in the morning of the day, though the exposure was in the evening', () => {
    const last = Date.parse('2021-08-01T22:30:00+07:00') / 1000;
    const dayOne = (sample: string) =>
      tests({ ...contact, last, samples: [Date.parse(sample) / 1000] }).find(({ days: of }) => of === 1)?.done;
    expect(dayOne('2021-08-02T08:00:00+07:00')).toBe(true);
    expect(dayOne('2021-08-02T00:00:00+07:00')).toBe(true);
    expect(dayOne('2021-08-01T23:59:00+07:00')).toBe(false);
  });

  it('stays the same when a correction crosses seven in the morning, where a UTC day begins', () => {
    const named = (last: string) => tests({ ...contact, last: Date.parse(last) / 1000 }).map(({ what }) => what);
    expect(named('2021-08-02T06:50:00+07:00')).toEqual(named('2021-08-02T07:10:00+07:00'));
    expect(named('2021-08-01T23:50:00+07:00')).not.toEqual(named('2021-08-02T00:10:00+07:00'));
  });

  it('knows its name from when days were UTC', () => {
    const formerly = (last: string) =>
      tests({ ...contact, last: Date.parse(last) / 1000 }).map((each) => each.formerly);
    const [day] = tests({ ...contact, last: Date.parse('2021-08-01T12:00:00Z') / 1000 }).map(({ what }) => what);
    expect(formerly('2021-08-02T06:50:00+07:00')[0]).toBe(day);
    expect(formerly('2021-08-02T07:10:00+07:00')).toEqual([undefined, undefined]);
  });

  it('is due after as many days of the zone as the rules say, even if clocks change in between', () => {
    const last = Date.parse('2021-10-20T00:20:00+02:00') / 1000;
    const due = tasksIn({ ...contact, last }, calendarOf('Europe/Berlin')).map((task) => task.due);
    expect(due.map((at) => new Date(at * 1000).toISOString())).toEqual([
      '2021-10-20T22:20:00.000Z',
      '2021-11-02T23:20:00.000Z',
      '2021-11-02T23:20:00.000Z',
    ]);
  });

  it('is a sample if symptoms were reported, until one is taken', () => {
    const reported = { alertId: 'a', at: days(3), symptoms: ['fever'], phone: null };
    const sampling = (samples: number[]) =>
      tasksOf({ ...contact, symptoms: [reported], samples }).find(({ kind }) => kind === 'sampling');
    expect(sampling([days(2)])).toMatchObject({ due: days(3), reason: 'fever', done: false });
    expect(sampling([days(4)])).toMatchObject({ done: true });
    expect(kindsOf({ ...contact, symptoms: [{ ...reported, symptoms: [] }] })).not.toContain('sampling');
  });

  it('is a sample also if somebody on the phone has symptoms, and says how many of how many have them', () => {
    const phone = { people: 3, ill: 2 };
    const symptoms = [{ alertId: 'a', at: days(3), symptoms: ['fever', 'cough'], phone }];
    const reasons = tasksOf({ ...contact, symptoms }).flatMap(({ kind, reason }) =>
      kind === 'sampling' ? reason : [],
    );
    expect(reasons).toEqual(['fever, cough: 2 of 3 people of the phone']);
  });
});
