import { Contexts, type Context } from '../../src/requests/context.js';
import type { DomainEvent, EventOf } from '../support/events.js';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Driver } from 'neo4j-driver';
import { formatInstant } from '../../src/kernel/instant.js';
import { MasterKey } from '../../src/event-log/master-key.js';
import { Sealing } from '../../src/event-log/sealing.js';
import { perform } from '../../src/requests/perform.js';
import { linesOf, type Fixture, ask, type Answer } from '../support/asking.js';
import { historyOf } from '../../src/tasks/closing.js';
import { closeTask, reopenTask } from '../../src/tasks/requests.js';
import { MIDNIGHT } from '../oracle/worlds.js';
import { confirmed } from '../support/builders/cases.js';
import { reported } from '../support/builders/results.js';
import { textOf } from '../support/graph.js';
import type { MemoryEventStore } from '../support/memory-event-store.js';
import { DAY, happen, project, stay, tellStory, traceAgain } from '../support/question-story.js';

const SLOWEST = 120_000;

type AlertFailure = EventOf<'AlertFailed'>['data']['reason'];

const sampled = (personId: string, at: number) =>
  reported(personId, { sampleId: `sample of ${personId} ${at}`, collectedAt: textOf(at), result: 'negative' });

const told = (alertId: string): DomainEvent => ({
  type: 'AlertSent',
  data: { alertId, provider: 'outbox', reference: 'r', degree: 1, until: null, cases: [] },
});

const AN = { case: 'case of An' };
const OF_EM = { ...AN, kind: 'test', person: 'Em' };

/** What a team has to do about the contacts of the story, on the real graph. */
export function tasks(driverOf: () => Driver): void {
  describe('A tracing team that asks for its tasks', () => {
    let fixture: Fixture;
    let context: Context;
    let known: number;
    beforeEach(async () => {
      fixture = await tellStory(driverOf());
      const { store, zone } = fixture;
      const master = new MasterKey(Buffer.alloc(32, 1));
      const sealing = new Sealing(store, master);
      context = new Contexts({ store, master, sealing, zone, driver: driverOf() }).for({ source: 'cli' });
      known = (store as MemoryEventStore).all.length;
    }, SLOWEST);

    const list = async (given: Record<string, string> = {}): Promise<string[]> =>
      (await ask(fixture, 'tasks', given)).items.map(
        ({ due, kind, person, overdue }) => `${String(due)} ${String(kind)} ${String(person)}${overdue ? ' late' : ''}`,
      );
    const idOf = async (kind: string, person: string): Promise<string> =>
      String((await ask(fixture, 'tasks', { kind, person, all: 'true', ...AN })).items[0]?.['id']);
    /** Projects the new events about tasks into the graph. */
    const projected = async () => {
      const store = fixture.store as MemoryEventStore;
      await project(driverOf(), store, known);
      known = store.all.length;
    };
    const close = async (id: string, outcome: 'tested' | 'done' | 'told' = 'tested') => {
      await perform(closeTask, context, { task_id: id, outcome, by: 'Lan', note: 'at her aunt Hoa' });
      await projected();
    };
    const goesOn = async (events: readonly DomainEvent[]) => {
      await happen(driverOf(), fixture, events);
      known = (fixture.store as MemoryEventStore).all.length;
    };

    it('sees overdue tasks first, then the rest by day; a person who has fallen ill is no longer followed up as a contact', async () => {
      const all = await list(AN);
      expect(all.slice(0, 2).sort()).toEqual(['2021-08-02 test Em late', '2021-08-02 test Giang late']);
      expect(all.slice(2, 6).sort()).toEqual([
        '2021-08-15 follow-up Em',
        '2021-08-15 follow-up Giang',
        '2021-08-15 test Em',
        '2021-08-15 test Giang',
      ]);
      expect(all.slice(6)).toEqual([expect.stringContaining('field-visit Em')]);
      // Somebody who met two cases has tasks for each.
      expect((await list()).filter((each) => each === '2021-08-02 test Em late')).toHaveLength(2);
      const { items } = await ask(fixture, 'tasks', { kind: 'field-visit' });
      expect(items).toMatchObject([{ case: 'case of An', degree: 1, why: 'not notified, no phone is known' }]);
    });

    it('sees the days in its own zone', async () => {
      fixture = { ...fixture, zone: 'America/Lima' };
      expect((await list(OF_EM))[0]).toBe('2021-08-01 test Em late');
    });

    it('sees tasks of one kind, case, person or day, page by page', async () => {
      expect(await list(OF_EM)).toEqual(['2021-08-02 test Em late', '2021-08-15 test Em']);
      expect(await list({ case: 'case of Chi' })).toEqual([]);
      expect(await list({ ...AN, due: '2021-08-14' })).toHaveLength(2);
      expect(await list({ due: '2021-08-14' })).toHaveLength(3);
      for (const [given, count] of [
        [{}, 10],
        [AN, 7],
      ] as [Record<string, string>, number][]) {
        const whole = await ask(fixture, 'tasks', given);
        const found: unknown[] = [];
        for (let cursor: string | null = ''; cursor !== null;) {
          const page: Answer = await ask(fixture, 'tasks', { ...given, limit: '2', ...(cursor ? { cursor } : {}) });
          expect(page.items.length).toBeLessThanOrEqual(2);
          found.push(...page.items);
          cursor = page.next;
        }
        expect(found).toEqual(whole.items);
        expect(found).toHaveLength(count);
      }
    });

    it('is told that an id is unknown, and that a known person has no tasks', async () => {
      await expect(list({ person: 'Emm' })).rejects.toThrow('The person Emm is not known.');
      expect(await list({ person: 'Em', due: '2021-01-01' })).toEqual([]);
    });

    it('no longer sees closed tasks, unless it asks for all, and sees them again when they are reopened', async () => {
      const id = await idOf('test', 'Em');
      await close(id);
      expect(await list(OF_EM)).toEqual(['2021-08-15 test Em']);
      expect((await ask(fixture, 'tasks', { ...OF_EM, all: 'true' })).items[0]).toMatchObject({
        ...{ id, state: 'closed', outcome: 'tested', overdue: false },
      });
      await perform(reopenTask, context, { task_id: id, by: 'Minh', reason: 'another Em' });
      await projected();
      expect(await list(OF_EM)).toEqual(['2021-08-02 test Em late', '2021-08-15 test Em']);
      expect(await historyOf(context, { task_id: id })).toMatchObject([
        { by: 'Lan', outcome: 'tested', note: 'at her aunt Hoa' },
        { by: 'Minh', outcome: null, note: 'another Em' },
      ]);
    });

    it('does not have its notes in clear in the log, nor in the graph', async () => {
      await close(await idOf('test', 'Em'));
      const log = JSON.stringify((fixture.store as MemoryEventStore).all.map(({ data }) => data));
      expect(log).not.toContain('Hoa');
      const { records } = await driverOf().executeQuery('MATCH (t:Task) RETURN properties(t) AS task');
      expect(JSON.stringify(records.map((each) => each.get('task') as unknown))).not.toMatch(/Hoa|Lan/);
    });

    it('closes an existing task once; repeating it changes nothing, and another outcome is refused', async () => {
      const id = await idOf('follow-up', 'Giang');
      const done = { outcome: 'done' as const, by: 'Lan', note: 'well' };
      expect(await perform(closeTask, context, { task_id: id, ...done })).toMatchObject({ answer: { outcome: 'new' } });
      expect(await perform(closeTask, context, { task_id: id, ...done })).toMatchObject({
        answer: { outcome: 'unchanged' },
      });
      await expect(perform(closeTask, context, { task_id: id, ...done, note: 'ill' })).rejects.toThrow(
        'closed already: done, by Lan',
      );
      await expect(perform(closeTask, context, { task_id: id, ...done, outcome: 'refused' })).rejects.toThrow(
        'closed already',
      );
      await expect(perform(closeTask, context, { task_id: 'nothing', ...done })).rejects.toThrow(
        'There is no task nothing',
      );
    });

    it('need not visit people whom another message reached', async () => {
      const again = { alertId: 'again to Em', caseId: 'case of An', personId: 'Em', disease: 'covid-19' };
      await goesOn([{ type: 'AlertRequested', data: { ...again, degree: 1, sequence: 1 } }]);
      expect(await list({ kind: 'field-visit' })).toHaveLength(1);
      await goesOn([told('again to Em')]);
      expect(await list({ kind: 'field-visit' })).toEqual([]);
    });

    it('is asked to visit people whom the network could not reach after all', async () => {
      await goesOn([told('alert of Em')]);
      expect(await list({ kind: 'field-visit' })).toEqual([]);
      const undelivered = { alertId: 'alert of Em', provider: 'outbox', detail: 'absent', withdrawn: false };
      await goesOn([{ type: 'AlertUndelivered', data: undelivered }]);
      expect((await ask(fixture, 'tasks', { kind: 'field-visit' })).items).toMatchObject([{ person: 'Em' }]);
    });

    it('sees people whom no message informed, and is asked to visit those who still need to be informed', async () => {
      const failed = (of: string, personId: string, degree: number, reason: AlertFailure): DomainEvent[] => {
        const alertId = `${personId} of ${of}`;
        const requested = { alertId, caseId: `case of ${of}`, personId, disease: 'covid-19', degree, sequence: 0 };
        return [
          { type: 'AlertRequested', data: requested },
          { type: 'AlertFailed', data: { alertId, reason, detail: '', provider: null } },
        ];
      };
      await goesOn([
        ...failed('An', 'Giang', 1, 'no-sms'),
        ...failed('An', 'Huy', 2, 'too-late'),
        ...failed('Binh', 'Em', 1, 'bound'),
        ...failed('Binh', 'Giang', 2, 'is-a-case'),
      ]);
      const shown = (items: Answer['items'], why: string) =>
        items.map((each) => `${String(each['case'] ?? '')} ${String(each['person'])}: ${String(each[why])}`).sort();
      const reasons = [
        ...['case of An Em: no-phone', 'case of An Giang: no-sms', 'case of An Huy: too-late'],
        ...['case of Binh Em: bound', 'case of Binh Giang: is-a-case'],
      ];
      const { items: unreached } = await ask(fixture, 'unreached', {});
      expect(shown(unreached, 'reason').filter((each) => !each.endsWith('no-alert'))).toEqual(reasons);
      const contacts = async (person: string) => ask(fixture, 'contacts', { person, evidence: 'true' });
      expect(shown((await contacts('An')).items, 'untold')).toEqual([
        ...[' Binh: null', ' Chi: null', ' Em: no-phone', ' Giang: no-sms', ' Huy: too-late'],
      ]);
      const ofBinh = await contacts('Binh');
      expect(shown(ofBinh.items, 'untold')).toEqual([
        ...[' An: null', ' Chi: null', ' Em: bound', ' Giang: is-a-case'],
      ]);
      const lines = linesOf('contacts', await contacts('An'));
      expect(lines.filter((line) => line.includes('not notified'))).toEqual([
        expect.stringMatching(/^ {2}Em: .*; not notified: no phone$/),
        expect.stringMatching(/^ {2}Giang: .*; not notified: the number cannot receive SMS: call or visit$/),
        expect.stringMatching(/^ {2}Huy: through Giang; not notified: found too late: the advice is over$/),
      ]);
      const visits = async () => shown((await ask(fixture, 'tasks', { kind: 'field-visit' })).items, 'why');
      expect(await visits()).toEqual([
        'case of An Em: not notified, no phone is known',
        'case of An Giang: not notified, the number cannot receive SMS: call or visit',
        'case of Binh Em: not notified, the phone reached its daily limit of messages; the next is sent in the morning',
      ]);
      // The next morning.
      const again = { alertId: 'Em again', caseId: 'case of Binh', personId: 'Em', disease: 'covid-19' };
      await goesOn([
        { type: 'AlertWithdrawn', data: { alertId: 'Em of Binh', told: false } },
        { type: 'AlertRequested', data: { ...again, degree: 1, sequence: 1 } },
        told('Em again'),
      ]);
      expect((await visits()).filter((each) => each.startsWith('case of Binh'))).toEqual([]);
      expect(shown((await contacts('Binh')).items, 'untold')).toContain(' Em: null');
    });

    it.each([
      ['does not follow up a person who has the disease, whenever they met before', 1, 0],
      ['follows up a person for whom a positive sample would be a new illness, though they met before that too', 0, 2],
    ])('takes an illness of the contact into account: %s', async (_when, minute, tests) => {
      // The exposure to An ended fifty minutes after midnight of the previous day.
      const collectedAt = textOf(-DAY + 50 - 90 * DAY + minute);
      await goesOn([confirmed('Em in May', 'Em', { collectedAt })]);
      expect(await list(OF_EM)).toHaveLength(tests);
    });

    it('is asked to visit people who cannot be informed by message of a wrong alert, until they are contacts again', async () => {
      const caseId = 'case of An';
      const requested = (sequence: number): DomainEvent => ({
        type: 'AlertRequested',
        data: { alertId: `Giang ${sequence}`, caseId, personId: 'Giang', disease: 'covid-19', degree: 1, sequence },
      });
      const withdrawn = (alertId: string): DomainEvent[] => [
        { type: 'AlertWithdrawn', data: { alertId, told: true } },
        { type: 'WithdrawalSent', data: { alertId, provider: 'sms', reference: `back ${alertId}` } },
      ];
      await goesOn([requested(0), told('Giang 0'), ...withdrawn('Giang 0')]);
      const visits = async () =>
        (await ask(fixture, 'tasks', { kind: 'field-visit', person: 'Giang' })).items.map(({ why }) => why);
      const undelivered: DomainEvent = {
        type: 'WithdrawalUndelivered',
        data: { alertId: 'Giang 0', provider: 'sms', detail: 'absent' },
      };
      await goesOn([undelivered]);
      // Giang's message still holds: Giang is a contact.
      expect(await visits()).toEqual([]);
      await goesOn([{ type: 'CaseRetracted', data: { caseId, reason: 'false positive' } }]);
      expect(await visits()).toEqual(['notified by mistake, and the message that corrects it cannot reach them']);
      await close(
        String((await ask(fixture, 'tasks', { kind: 'field-visit', person: 'Giang' })).items[0]?.['id']),
        'told',
      );
      expect(await visits()).toEqual([]);
      // Giang was alerted once more, and that was taken back once more: this time the withdrawal arrived.
      await goesOn([requested(1), told('Giang 1'), ...withdrawn('Giang 1')]);
      expect(await visits()).toEqual([]);
    });

    it('is asked to visit also the people whom a failed message covered', async () => {
      const other = { alertId: 'alert of Giang', caseId: 'case of An', personId: 'Giang', disease: 'covid-19' };
      await goesOn([
        { type: 'AlertRequested', data: { ...other, degree: 1, sequence: 0 } },
        { type: 'AlertCovered', data: { alertId: 'alert of Giang', by: 'alert of Em' } },
      ]);
      expect(await list({ kind: 'field-visit', person: 'Giang' })).toHaveLength(1);
      await goesOn([told('alert of Em')]);
      expect(await list({ kind: 'field-visit' })).toEqual([]);
    });

    it('need not test people whom a laboratory has tested since', async () => {
      await goesOn([sampled('Em', 60)]);
      expect(await list(OF_EM)).toEqual(['2021-08-15 test Em']);
      expect(await list({ ...OF_EM, all: 'true' })).toHaveLength(2);
    });

    it('is asked to sample people who reported symptoms, until a sample was taken; why and tasks show the answer', async () => {
      const reported = { alertId: 'alert of Giang', caseId: 'case of An', personId: 'Giang' };
      const answered = { symptoms: ['fever' as const, 'cough' as const], vaccinated: true, moved: false };
      await goesOn([{ type: 'ContactAnswered', data: { ...reported, ...answered } }]);
      const { items } = await ask(fixture, 'tasks', { kind: 'sampling' });
      expect(items).toMatchObject([
        { person: 'Giang', why: expect.stringContaining('reported fever, cough on'), answer: answered },
      ]);
      expect(await ask(fixture, 'why', { person: 'Giang' })).toMatchObject({ answers: [answered] });
      await goesOn([sampled('Giang', Math.ceil((Date.now() / 1000 - MIDNIGHT) / 60) + 1)]);
      expect(await list({ kind: 'sampling' })).toEqual([]);
    });

    describe('about an answer for a phone of several people', () => {
      const later = () => Math.ceil((Date.now() / 1000 - MIDNIGHT) / 60) + 1;
      const answered = { symptoms: ['fever' as const, 'cough' as const], vaccinated: false, moved: true };
      const phone = { people: 3, ill: 2 };
      const SAMPLING = { ...AN, kind: 'sampling' };
      beforeEach(async () => {
        const reported = { alertId: 'alert of Giang', caseId: 'case of An', personId: 'Giang', ...answered };
        await goesOn([{ type: 'ContactAnswered', data: { ...reported, others: ['Em', 'Huy'], ill: 2 } }]);
      }, SLOWEST);

      it("is asked to sample each of them, and sees that the answer is the phone's", async () => {
        const { items } = await ask(fixture, 'tasks', SAMPLING);
        expect(items.map(({ person }) => person).sort()).toEqual(['Em', 'Giang', 'Huy']);
        for (const { person, why, answer } of items) {
          expect(why).toContain('reported fever, cough: 2 of 3 people of the phone on');
          expect(answer).toMatchObject({ ...answered, phone });
          expect((await ask(fixture, 'why', { person: String(person) }))['answers']).toMatchObject([{ phone }]);
        }
        const lines = linesOf('tasks', { items, next: null });
        expect(
          lines.filter((line) => line.includes('for the 3 people who share the phone: fever, cough (2 of them)')),
        ).toEqual(Array(3).fill(expect.stringContaining('; not all vaccinated; somebody has moved elsewhere')));
      });

      it('need not sample those who were sampled, or whose task was closed, but still the others', async () => {
        await goesOn([sampled('Em', later())]);
        expect((await list(SAMPLING)).join()).toMatch(/sampling (Huy|Giang),.*sampling (Huy|Giang)/);
        await close(await idOf('sampling', 'Huy'));
        expect(await list(SAMPLING)).toEqual([expect.stringContaining('sampling Giang')]);
      });

      it('finds it by any record of each, and only once if two of them are one person after all', async () => {
        await goesOn([{ type: 'PersonMerged', data: { personId: 'Em', into: 'Em by phone' } }]);
        expect((await ask(fixture, 'tasks', { ...SAMPLING, person: 'Em' })).items).toMatchObject([
          { person: 'Em by phone', answer: { phone } },
        ]);
        await goesOn([{ type: 'PersonMerged', data: { personId: 'Giang', into: 'Em by phone' } }]);
        expect((await list(SAMPLING)).length).toBe(2);
        expect((await ask(fixture, 'why', { person: 'Giang' }))['answers']).toHaveLength(1);
      });
    });

    it('sees nothing more of a retracted case, and its own case as a contact again', async () => {
      await goesOn([{ type: 'CaseRetracted', data: { caseId: 'case of Binh', reason: 'wrong' } }]);
      expect(await list({ ...AN, person: 'Binh', kind: 'test' })).toHaveLength(2);
      await goesOn([{ type: 'CaseRetracted', data: { caseId: 'case of An', reason: 'wrong' } }]);
      expect(await list()).toEqual([]);
    });

    it('starts again after a later exposure, and remembers what it did about the earlier one', async () => {
      await close(await idOf('test', 'Em'));
      await goesOn([stay('An', 'shop', DAY, DAY + 60), stay('Em', 'shop', DAY, DAY + 60)]);
      await traceAgain(driverOf(), fixture, [['An', 0]]);
      expect((await list(OF_EM)).slice(0, 1)).toEqual(['2021-08-04 test Em late']);
      await goesOn([{ type: 'VisitRetracted', data: { visitId: `Em shop ${DAY}`, personId: 'Em' } }]);
      await traceAgain(driverOf(), fixture, [['An', 0]]);
      expect(await list(OF_EM)).toEqual(['2021-08-15 test Em']);
    });

    it('sees a person with several records once, with what was done under either', async () => {
      await close(await idOf('test', 'Em'));
      await goesOn([
        { type: 'PersonMerged', data: { personId: 'Em', into: 'Em by phone' } },
        { type: 'PersonMerged', data: { personId: 'Giang', into: 'Em by phone' } },
      ]);
      expect(await list({ ...AN, kind: 'test' })).toEqual(['2021-08-15 test Em by phone']);
      await goesOn([
        { type: 'PersonUnmerged', data: { personId: 'Em', from: 'Em by phone' } },
        { type: 'PersonUnmerged', data: { personId: 'Giang', from: 'Em by phone' } },
      ]);
      expect((await list({ ...AN, kind: 'test' })).sort()).toEqual([
        '2021-08-02 test Giang late',
        '2021-08-15 test Em',
        '2021-08-15 test Giang',
      ]);
    });

    it('no longer sees tasks that have been due for months, unless it asks by name', async () => {
      fixture = { ...fixture, now: () => MIDNIGHT + 100 * 86_400 };
      expect(await list({ kind: 'test' })).toEqual([]);
      expect(await list(OF_EM)).toHaveLength(2);
      expect(await list({ ...AN, kind: 'test', due: formatInstant(MIDNIGHT + 14 * 86_400).slice(0, 10) })).toHaveLength(
        4,
      );
    });
  });
}
