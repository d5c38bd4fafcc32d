import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PURPOSES } from '../../support/purposes.js';
import { noteReport } from '../../../src/delivery/reports.js';
import { alertIdOf } from '../../../src/alerting/ids.js';
import { caseIdOf } from '../../../src/cases/ids.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';
import { RememberingProvider } from '../alerting/remembering-provider.js';
import { AlertingRig, CASE } from '../alerting/rig.js';
import { runs, seeded } from '../../support/sizes.js';

const A = '+84900000001';
const B = '+84900000002';
const HOUR = 3_600_000;
/** An hour of a day in Vietnam, in milliseconds. */
const at = (day: number, hour: number) => Date.UTC(2021, 7, day, hour - 7);
const TODAY = 10;
/** The last day of follow-up. */
const LAST = 19;

let rig: AlertingRig;

/** An, Binh and Chi were alerted the day before; An and Binh share a phone. */
async function told(...providers: RememberingProvider[]): Promise<AlertingRig> {
  const { length } = providers;
  const made = new AlertingRig(new MemoryEventStore(), length > 0 ? providers : [new RememberingProvider()]);
  made.now = at(TODAY - 1, 9);
  for (const [person, phone] of Object.entries({ an: A, binh: A, chi: B })) await made.register(person, phone);
  await made.confirm();
  await made.trace({ an: 1, binh: 1, chi: 1 });
  await made.drain();
  expect(made.providers.flatMap(({ messages }) => messages)).toHaveLength(2);
  made.now = at(TODAY, 9);
  return made;
}

function task(personId: string, kind: 'test' | 'follow-up' = 'test', caseId = CASE, day = TODAY): void {
  rig.tasks.open.push({
    id: `${kind} of ${personId} for ${caseId}`,
    kind,
    caseId,
    personId,
    due: at(day, 17) / 1000,
  });
}

/** The messages to a phone besides its alert. */
async function reminders(phone: string): Promise<string[]> {
  await rig.remind();
  await rig.drain();
  return rig
    .sentTo(phone)
    .slice(1)
    .map(({ text }) => text);
}

beforeEach(async () => {
  rig = await told();
});

describe('A person who got an alert is reminded', () => {
  it('on the day of a test, once, however often and whichever process looks', async () => {
    task('chi');
    expect(await reminders(B)).toEqual([expect.stringMatching(/hôm nay là ngày bạn cần xét nghiệm COVID-19/)]);
    rig.restart();
    await rig.remind();
    expect(rig.jobs.size).toBe(0);
    // The graph may be behind: even then, nothing more is sent.
    rig.tasks.reminded = () => new Map();
    expect(await reminders(B)).toHaveLength(1);
    expect(await reminders(A)).toEqual([]);
  });

  it('with the code of the earlier message, by which staff find it', async () => {
    task('chi');
    const [before] = rig.sentTo(B);
    const [text] = await reminders(B);
    expect(text).toContain(`mã ${before?.id.slice(0, 8)}`);
  });

  it('by no more messages than a phone gets in a day: the task stays open', async () => {
    rig.phoneDaily = 0;
    rig.restart();
    task('chi');
    expect(await reminders(B)).toEqual([]);
    expect(rig.tasks.reminded().size).toBe(0);
    rig.phoneDaily = 1;
    rig.restart();
    expect(await reminders(B)).toHaveLength(1);
  });

  it('with one message for all people on a phone, which says how many they are', async () => {
    rig.now = at(LAST, 9);
    task('an', 'test', CASE, LAST);
    task('an', 'follow-up', CASE, LAST);
    task('binh', 'test', CASE, LAST);
    const [text, ...more] = await reminders(A);
    expect(text).toMatch(/hôm nay 2 người dùng số điện thoại này cần xét nghiệm.*ngày cuối bạn theo dõi/);
    expect(more).toEqual([]);
    expect(rig.tasks.reminded().size).toBe(3);
  });

  it('once for two cases that both ask for it', async () => {
    // It has a later last day, so another message does not cover it.
    await rig.confirm('case-2');
    rig.now = at(TODAY - 1, 23);
    await rig.trace({ chi: 1 }, 'case-2', { chi: '2021-08-06T02:00:00Z' });
    await rig.drain();
    rig.now = at(TODAY, 9);
    task('chi');
    task('chi', 'test', 'case-2');
    await rig.remind();
    await rig.drain();
    expect(rig.sentTo(B)).toHaveLength(3);
    expect(rig.tasks.reminded().size).toBe(2);
  });

  it('again on another day', async () => {
    task('chi');
    await reminders(B);
    rig.now = at(TODAY + 1, 9);
    rig.tasks.open.push({ id: 'next', kind: 'test', caseId: CASE, personId: 'chi', due: at(TODAY + 1, 3) / 1000 });
    expect(await reminders(B)).toHaveLength(2);
  });
});

describe('A day is called the last one', () => {
  const LAST_DAY = /hôm nay là ngày cuối/i;
  const day = (of: number) => `${new Date(at(of, 9)).toISOString().slice(0, 19)}Z`;
  const lastOf = (personId: string, on: number, caseId = CASE) => task(personId, 'follow-up', caseId, on);
  /** The messages to the phone on each of these days, besides its alerts. */
  const on = async (phone: string, ...days: number[]): Promise<string[]> => {
    const before = rig.sentTo(phone).length;
    for (const each of days) {
      rig.now = at(each, 9);
      await rig.remind();
      await rig.drain();
    }
    return rig
      .sentTo(phone)
      .slice(before)
      .map(({ text }) => text);
  };

  it('only for the later of two cases', async () => {
    await rig.confirm('case-2');
    await rig.trace({ chi: 1 }, 'case-2', { chi: day(8) });
    await rig.drain();
    lastOf('chi', LAST);
    lastOf('chi', 22, 'case-2');
    expect(await on(B, LAST)).toEqual([]);
    expect(await on(B, 22)).toEqual([expect.stringMatching(LAST_DAY)]);
  });

  it('when it is so for everybody on the phone, while tests are reminded of all the same', async () => {
    await rig.trace({ an: 1, binh: 1, chi: 1 }, CASE, { binh: day(9) });
    await rig.drain();
    lastOf('an', LAST);
    task('an', 'test', CASE, LAST);
    lastOf('binh', 23);
    const [test, ...more] = await on(A, LAST);
    expect(test).toMatch(/xét nghiệm/);
    expect(test).not.toMatch(LAST_DAY);
    expect(more).toEqual([]);
    expect(await on(A, 23)).toEqual([expect.stringMatching(LAST_DAY)]);
  });

  it('but not while the exposure continues from which the message counts', async () => {
    rig.ongoing.add('chi');
    await rig.trace({ an: 1, binh: 1, chi: 1 }, CASE, { chi: day(9) });
    await rig.drain();
    lastOf('chi', LAST);
    expect(await on(B, LAST)).toEqual([]);
  });

  it.each([
    ['have another phone by now', () => rig.register('binh', '+84900000009')],
    ['are cases themselves', () => rig.confirm(caseIdOf('binh', 'covid-19', 0), 'binh')],
    ['are no longer contacts', () => rig.trace({ an: 1, chi: 1 })],
  ])('whatever messages went to others who %s', async (_, happens) => {
    await rig.trace({ an: 1, binh: 1, chi: 1 }, CASE, { binh: day(9) });
    await rig.drain();
    await happens();
    await rig.drain();
    lastOf('an', LAST);
    expect(await on(A, LAST)).toEqual([expect.stringMatching(LAST_DAY)]);
  });
});

describe('Nobody is reminded', () => {
  it('at night, or about a day that is over', async () => {
    task('chi');
    for (const now of [at(TODAY, 7), at(TODAY, 20), at(TODAY + 1, 9)]) {
      rig.now = now;
      expect(await reminders(B)).toEqual([]);
    }
  });

  it('if the message waited until the evening', async () => {
    task('chi');
    await rig.remind();
    rig.now = at(TODAY, 20);
    await rig.drain();
    expect(rig.sentTo(B)).toHaveLength(1);
  });

  it('on the day of the alert itself', async () => {
    rig.now = at(TODAY - 1, 15);
    rig.tasks.open.push({ id: 'same', kind: 'test', caseId: CASE, personId: 'chi', due: rig.now / 1000 });
    expect(await reminders(B)).toEqual([]);
  });

  it('who is no longer a contact, though the graph does not know that yet', async () => {
    task('chi');
    task('an');
    await rig.remind();
    await rig.trace({ an: 1, binh: 1 });
    await rig.drain();
    expect(rig.sentTo(B).map(({ id }) => id)).toEqual([expect.any(String), expect.stringMatching(/-withdrawal$/)]);
    expect(rig.sentTo(A)).toHaveLength(2);
  });

  it('about what was done while the message waited', async () => {
    task('chi');
    await rig.remind();
    rig.tasks.open.length = 0;
    await rig.drain();
    expect(rig.sentTo(B)).toHaveLength(1);
  });

  it('on a phone that they no longer have', async () => {
    await rig.register('chi', '+84900000009');
    task('chi');
    expect(await reminders(B)).toEqual([]);
    // There the person is informed of the contact itself, as on the former phone.
    expect(rig.sentTo('+84900000009').map(({ id }) => id)).toEqual([alertIdOf(CASE, 'chi', 1)]);
  });

  it('who was erased, while others on the phone are', async () => {
    task('an');
    task('binh');
    rig.store.erase('key-an');
    rig.forgetKeys();
    const texts = await reminders(A);
    expect(texts).toEqual([expect.stringMatching(/hôm nay là ngày bạn cần xét nghiệm/)]);
  });

  it('who never got an alert', async () => {
    rig.provider.refusing.add('+84900000003');
    await rig.register('em', '+84900000003');
    rig.now = at(TODAY - 1, 10);
    await rig.trace({ an: 1, binh: 1, chi: 1, em: 1 });
    await rig.drain();
    rig.now = at(TODAY, 9);
    rig.provider.refusing.clear();
    task('em');
    await rig.remind();
    await rig.drain();
    expect(rig.sentTo('+84900000003')).toEqual([]);
  });
});

describe('A reminder', () => {
  it('that the number refuses is noted as failed, and not tried again', async () => {
    task('chi');
    rig.provider.refusing.add(B);
    expect(await reminders(B)).toEqual([]);
    expect([...rig.tasks.reminded().values()]).toEqual(['failed']);
    rig.provider.refusing.clear();
    rig.tasks.reminded = () => new Map();
    expect(await reminders(B)).toEqual([]);
  });

  it('that the network could not deliver is noted as failed', async () => {
    task('chi');
    await reminders(B);
    const [due] = rig.store.all.filter(({ type }) => type === 'ReminderDue');
    const reminderId = (due?.data as { reminderId: string }).reminderId;
    const graph = { messageByReference: async () => ({ purpose: 'reminder', about: reminderId }) };
    const report = { provider: 'memory', reference: '3', detail: 'absent' };
    await noteReport(rig.store, graph, PURPOSES, { ...report, status: 'network-delivered' });
    expect([...rig.tasks.reminded().values()]).toEqual(['sent']);
    await noteReport(rig.store, graph, PURPOSES, { ...report, status: 'failed' });
    expect([...rig.tasks.reminded().values()]).toEqual(['failed']);
  });

  it('is sent through another provider if the first refuses', async () => {
    const [first, second] = ['first', 'second'].map((name) => new RememberingProvider({ name }));
    if (!first || !second) throw new Error('no providers');
    rig = await told(first, second);
    first.down = true;
    task('chi');
    await reminders(B);
    expect(second.messages.map(({ to }) => to)).toEqual([B]);
  });

  it('is not sent twice if nobody knows whether it was sent', async () => {
    rig = await told(new RememberingProvider({ knows: { repeats: false, fates: false } }));
    task('chi');
    rig.provider.loses = 'sent';
    expect(await reminders(B)).toHaveLength(1);
    expect([...rig.tasks.reminded().values()]).toEqual(['failed']);
  });

  it('is sent once to each phone, wherever the senders are killed', async () => {
    const dying = fc.option(fc.record({ calls: fc.integer({ min: 1, max: 40 }), after: fc.boolean() }), { nil: null });
    const knowing = fc.constantFrom({ repeats: true, fates: true }, { repeats: true, fates: false });
    let died = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(dying, { minLength: 1, maxLength: 6 }), knowing, async (fates, knows) => {
        rig = await told(new RememberingProvider({ once: true, knows }));
        for (const person of ['an', 'binh', 'chi']) task(person);
        for (const fate of fates) {
          rig.restart(fate ?? undefined);
          await rig.remind();
          await rig.run([...rig.jobs.keys()]);
          if (fate) died++;
          // The earlier process can no longer be handing it over.
          rig.now = rig.now + HOUR / 10;
        }
        rig.restart();
        for (const phone of [A, B]) expect(await reminders(phone)).toHaveLength(1);
      }),
      seeded(runs(40)),
    );
    expect(died).toBeGreaterThan(runs(12));
  });
});
