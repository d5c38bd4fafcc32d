import type { DomainEvent } from '../support/events.js';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Driver } from 'neo4j-driver';
import { Neo4jMessages } from '../../src/delivery/message-graph.js';
import { Neo4jReminders } from '../../src/reminders/reminder-queries.js';
import { type Fixture, ask } from '../support/asking.js';
import type { MemoryEventStore } from '../support/memory-event-store.js';
import { happen, tellStory } from '../support/question-story.js';

const SLOWEST = 120_000;
const AN = 'case of An';
/** 15 August 2021 in Vietnam, in seconds. */
const THAT_DAY = { from: Date.UTC(2021, 7, 14, 17) / 1000, until: Date.UTC(2021, 7, 15, 17) / 1000 };
const DAY_AFTER = { from: THAT_DAY.until, until: THAT_DAY.until + 86_400 };

const requested = (personId: string): DomainEvent => ({
  type: 'AlertRequested',
  data: { alertId: `alert of ${personId}`, caseId: AN, personId, disease: 'covid-19', degree: 1, sequence: 0 },
});
const told = (personId: string, reference = 'r'): DomainEvent => ({
  type: 'AlertSent',
  data: { alertId: `alert of ${personId}`, provider: 'outbox', reference, degree: 1, until: null, cases: [] },
});

/** The reminders that are due by the real graph, and their content. */
export function reminders(driverOf: () => Driver): void {
  describe('A reminder', () => {
    let fixture: Fixture;
    let graph: Neo4jReminders;
    /** Time at which alerts are requested, in milliseconds. */
    let asked: number;
    beforeEach(async () => {
      fixture = await tellStory(driverOf());
      graph = new Neo4jReminders(driverOf());
      asked = Date.UTC(2021, 7, 2);
      (fixture.store as MemoryEventStore).now = () => asked;
    }, SLOWEST);

    const due = async (within = THAT_DAY) =>
      (await graph.remindersDue({ ...within, after: undefined, limit: 10 })).alertIds;
    const tasksOf = async (personId: string, within = THAT_DAY) =>
      (await graph.tasksToRemindOf([{ caseId: AN, personId }], within)).map(({ kind }) => kind).sort();
    const stateIn = async (kind: string, person: string) =>
      (await ask(fixture, 'tasks', { kind, person, case: AN, all: 'true' })).items.map(({ reminder }) => reminder);

    it('is due on the day itself, for people who got an alert, whichever alert that was', async () => {
      expect(await due()).toEqual([]);
      await happen(driverOf(), fixture, [requested('Giang'), told('Giang')]);
      expect(await due()).toEqual(['alert of Giang']);
      expect(await due(DAY_AFTER)).toEqual([]);
      const covered: DomainEvent = { type: 'AlertCovered', data: { alertId: 'alert of Em', by: 'alert of Giang' } };
      await happen(driverOf(), fixture, [requested('Em'), covered]);
      expect(await due()).toEqual(['alert of Giang']);
    });

    it('is due also if the message is valid only for those whom it covers, and not after it was taken back', async () => {
      const alertId = 'alert of Giang';
      await happen(driverOf(), fixture, [requested('Giang'), told('Giang'), requested('Em')]);
      await happen(driverOf(), fixture, [
        { type: 'AlertCovered', data: { alertId: 'alert of Em', by: alertId } },
        { type: 'AlertWithdrawn', data: { alertId, told: true } },
        { type: 'WithdrawalHeld', data: { alertId, by: 'alert of Em' } },
      ]);
      expect(await due()).toEqual([alertId]);
      await happen(driverOf(), fixture, [
        { type: 'WithdrawalSent', data: { alertId, provider: 'outbox', reference: 'w' } },
      ]);
      expect(await due()).toEqual([]);
    });

    it('is not due on the day of the alert itself', async () => {
      asked = (THAT_DAY.from + 3600) * 1000;
      await happen(driverOf(), fixture, [requested('Giang'), told('Giang')]);
      expect(await due()).toEqual([]);
    });

    it('is due for every test and for the last day of follow-up, under any record of the person', async () => {
      expect(await tasksOf('Giang')).toEqual(['follow-up', 'test']);
      expect(await tasksOf('Giang', DAY_AFTER)).toEqual([]);
      expect(await tasksOf('Em', { from: 0, until: DAY_AFTER.until })).toEqual(['follow-up', 'test', 'test']);
      await happen(driverOf(), fixture, [{ type: 'PersonMerged', data: { personId: 'Giang', into: 'Giang of 2020' } }]);
      expect(await tasksOf('Giang')).toEqual(['follow-up', 'test']);
      expect(await tasksOf('Giang of 2020')).toEqual(['follow-up', 'test']);
    });

    it('is listed page by page', async () => {
      await happen(
        driverOf(),
        fixture,
        ['Giang', 'Em'].flatMap((person) => [requested(person), told(person)]),
      );
      const found = new Set<string>();
      let last: Awaited<ReturnType<Neo4jReminders['remindersDue']>>['last'];
      do {
        const page = await graph.remindersDue({ ...THAT_DAY, after: last, limit: 1 });
        for (const id of page.alertIds) found.add(id);
        last = page.last;
      } while (last);
      expect([...found].sort()).toEqual(['alert of Em', 'alert of Giang']);
    });

    it('and every other message is found by the name that its provider gave it', async () => {
      const messages = new Neo4jMessages(driverOf());
      const ofEm = 'alert of Em';
      await happen(driverOf(), fixture, [
        ...[requested('Giang'), told('Giang')],
        { type: 'AlertWithdrawn', data: { alertId: 'alert of Giang', told: true } },
        { type: 'WithdrawalSent', data: { alertId: 'alert of Giang', provider: 'outbox', reference: 'back' } },
        { type: 'ReminderSent', data: { reminderId: 'r', provider: 'outbox', reference: '7', tasks: [] } },
        requested('Em'),
        { type: 'MessageDue', data: { messageId: ofEm, purpose: 'alert', about: ofEm, whose: 'Em' } },
        { type: 'MessageSent', data: { messageId: ofEm, provider: 'outbox', reference: '9' } },
        told('Em', '9'),
        { type: 'MessageDue', data: { messageId: 'new', purpose: 'appointment', about: 'a', whose: 'Em' } },
      ]);
      const found = (reference: string, provider = 'outbox') => messages.messageByReference(provider, reference);
      expect(await found('back')).toEqual({ purpose: 'withdrawal', about: 'alert of Giang' });
      expect(await found('7')).toEqual({ purpose: 'reminder', about: 'r' });
      expect(await found('r')).toMatchObject({ purpose: 'alert' });
      expect(await found('9')).toEqual({ purpose: 'alert', about: ofEm, noted: { messageId: ofEm, whose: 'Em' } });
      // The graph ignores which module has a purpose; a message may be sent a batch after it was due.
      await happen(driverOf(), fixture, [
        { type: 'MessageSent', data: { messageId: 'new', provider: 'gateway', reference: '7' } },
      ]);
      const ofAppointment = { messageId: 'new', whose: 'Em' };
      expect(await found('7', 'gateway')).toEqual({ purpose: 'appointment', about: 'a', noted: ofAppointment });
      expect(await found('7', 'another')).toBeUndefined();
      expect(await found('8')).toBeUndefined();
    });

    it('is no longer due after a message covered it or failed to; a team sees which', async () => {
      await happen(driverOf(), fixture, [requested('Giang'), told('Giang')]);
      const tasks = await graph.tasksToRemindOf([{ caseId: AN, personId: 'Giang' }], THAT_DAY);
      const idOf = (kind: string) => tasks.filter((task) => task.kind === kind).map(({ id }) => id);
      expect(await stateIn('follow-up', 'Giang')).toEqual([null]);
      const reminderId = 'r';
      await happen(driverOf(), fixture, [
        { type: 'ReminderDue', data: { reminderId, disease: 'covid-19', day: '2021-08-15' } },
        { type: 'ReminderSent', data: { reminderId, provider: 'outbox', reference: '7', tasks: idOf('test') } },
      ]);
      expect(await due()).toEqual(['alert of Giang']);
      const failed = { reminderId: 'other', reason: 'refused' as const, detail: 'no such number', provider: 'outbox' };
      await happen(driverOf(), fixture, [{ type: 'ReminderFailed', data: { ...failed, tasks: idOf('follow-up') } }]);
      expect(await due()).toEqual([]);
      expect(await stateIn('test', 'Giang')).toEqual([null, 'sent']);
      expect(await stateIn('follow-up', 'Giang')).toEqual(['failed']);
    });
  });
}
