import { currentPhone, phoneIndexes, registrationsOf } from '../people/index.js';
import type { ContactOf } from '../tasks/index.js';
import {
  type AlertRequested,
  canBeReliedOn,
  type CaseViews,
  type Gathering,
  loadAlert,
  OPEN,
  type Recipients,
  type Rules,
  type Texts,
} from '../alerting/index.js';
import { DateTime } from 'luxon';
import { reminderJob, type ReminderJob } from './jobs.js';
import type { ReminderCommand } from './reminder.js';
import type { DueWithin, RemindedTask, ReminderQueries } from './reminder-ports.js';
import type { EventStore } from '../event-log/event-store.js';
import { reminderIdOf } from './ids.js';
import type { Sealing } from '../event-log/sealing.js';
import type { Now } from '../platform/clock.js';
import type { Config } from '../platform/config.js';
import type { AlertMetrics, Allowance, Dispatcher, NewJob, Route } from '../delivery/index.js';
import { concurrently } from '../kernel/concurrently.js';
import { Reminder } from './loaded-reminder.js';

export interface ReminderMeans {
  store: EventStore;
  sealing: Sealing;
  graph: ReminderQueries;
  dispatcher: Dispatcher;
  texts: Texts;
  metrics: AlertMetrics;
  views: CaseViews;
  recipients: Recipients;
  gathering: Gathering;
  rules: Rules;
  allowance: Allowance;
  config: Pick<Config, 'reminders' | 'zone'>;
  /** Milliseconds. */
  now: Now;
}

/** The current day, at an hour at which people may be reminded. */
interface Today extends DueWithin {
  /** For example 2021-08-01. */
  day: string;
}

/** The tasks of which a phone is to be reminded. */
interface Due {
  tasks: RemindedTask[];
  /** E.164. */
  to: string;
  /** The language of one of the people concerned. */
  language: string;
}

const PAGE = 500;
const READS_AT_ONCE = 50;

/**
 * Reminds contacts who were alerted of tests and of the last day of follow-up, on the day itself: each phone once a day
 * for each disease, at hours when people are awake. Overdue tasks are not reminded of. A message never calls a day the
 * last one while somebody with the same phone must watch their health for longer, because anybody who reads it takes it
 * for their own.
 */
export class Reminders {
  readonly #now: () => number;

  constructor(private readonly means: ReminderMeans) {
    this.#now = means.now;
  }

  /**
   * Yields a job for each phone that is to be reminded now. A job for the same message has the same id, so that two of
   * them never hand it to a provider at the same moment.
   */
  async *due(): AsyncIterable<NewJob<ReminderJob>[]> {
    const { store, graph } = this.means;
    let page: Awaited<ReturnType<ReminderQueries['remindersDue']>> | undefined;
    do {
      const today = this.#today();
      if (!today) return;
      page = await graph.remindersDue({ ...today, after: page?.last, limit: PAGE });
      const jobs = new Map<string, NewJob<ReminderJob>>();
      await concurrently(page.alertIds, READS_AT_ONCE, async (alertId) => {
        const { request } = (await loadAlert(store, alertId)).state;
        if (!request) return;
        const phone = await this.#phoneOf(request);
        if (phone === undefined) return;
        const reminderId = reminderIdOf(request.disease, phone, today.day);
        jobs.set(reminderId, reminderJob(reminderId, alertId, today.day));
      });
      yield [...jobs.values()];
    } while (page.last);
  }

  /**
   * Sends the reminder of a phone, if it is still due.
   * @param alertId an alert that was sent to the phone.
   * @param day on which the tasks are due.
   * @param via the provider whose queue runs this job.
   * @throws Elsewhere when another provider is to send it.
   */
  async remind(alertId: string, day: string, via: Route): Promise<void> {
    const { store, dispatcher, metrics, allowance } = this.means;
    const { state, because } = await loadAlert(store, alertId);
    const { request } = state;
    if (!request || this.#today()?.day !== day) return;
    const phone = await this.#phoneOf(request);
    if (phone === undefined) return;
    const due = await this.#dueOf(request, phone, day);
    if (!due) return;
    const reminder = new Reminder(store, request.disease, phone, day, because);
    const old = !(await reminder.open());
    if (reminder.status !== 'due') return;
    let { tasks } = due;
    const write = async () => {
      // Queried again at the last moment: nobody is reminded of a task that was done or dropped meanwhile.
      const still = await this.#dueOf(request, phone, day);
      if (!still) return undefined;
      ({ tasks } = still);
      // The task stays in the list of tasks; a reminder on another day would be wrong.
      if (!(await allowance.take(phone, { messageId: reminder.reminderId }, because))) return undefined;
      return { to: still.to, text: this.#textOf(request, still) };
    };
    const outcome = await dispatcher.send({ ...reminder.message(), via, old, write });
    if (!outcome) return;
    const { reminderId } = reminder;
    const { provider } = outcome;
    const common = { reminderId, provider, tasks: tasks.map(({ id }) => id) };
    const inFile = outcome.type === 'sent' && dispatcher.isFile(provider);
    const command: ReminderCommand = inFile
      ? { type: 'Fail', data: { ...common, reason: 'refused', detail: 'it went to a file only' } }
      : outcome.type === 'sent'
        ? { type: 'MarkSent', ...common, reference: outcome.receipt.reference }
        : { type: 'Fail', data: { ...common, reason: outcome.type, detail: outcome.detail } };
    if (await reminder.record(command)) metrics.reminded(provider, command.type === 'MarkSent' ? 'sent' : 'failed');
    await dispatcher.tellReported(reminder.message(), outcome);
  }

  /** Blind index of the phone to which the alert was sent. */
  async #phoneOf(request: AlertRequested['data']): Promise<string | undefined> {
    const { store, recipients } = this.means;
    return recipients.claimOf(request, phoneIndexes(await registrationsOf(store, request.personId)));
  }

  /** Tasks due today for the people of the phone who were alerted through it on an earlier day. */
  async #dueOf({ disease }: AlertRequested['data'], phone: string, day: string): Promise<Due | undefined> {
    const { store, sealing, graph, views, recipients, config } = this.means;
    const today = this.#today();
    if (today?.day !== day) return undefined;
    const people = new Map<string, ContactOf>();
    for (const { state, toldAt } of await recipients.holders(disease, phone)) {
      const { request } = state;
      if (!request || !state.told || !canBeReliedOn(state) || toldAt === undefined) continue;
      // On its own day the alert is reminder enough.
      if (DateTime.fromMillis(toldAt, { zone: config.zone }).toISODate() === day) continue;
      for (const { caseId, personId } of [request, ...state.joined.values()]) {
        people.set(JSON.stringify([caseId, personId]), { caseId, personId });
      }
    }
    const contacts: ContactOf[] = [];
    let receiver: Pick<Due, 'to' | 'language'> | undefined;
    for (const person of people.values()) {
      const registrations = await registrationsOf(store, person.personId);
      const registration = registrations.at(-1);
      // A person who has another phone by now is not reminded through this one.
      if (!registration?.phone || currentPhone(registrations) !== phone || !(await views.isContact(person))) continue;
      const to = await sealing.open(person.personId, 'phone', registration.phone);
      // Erased people get no messages.
      if (to === undefined) continue;
      contacts.push(person);
      receiver ??= { to, language: registration.language };
    }
    if (!receiver) return undefined;
    const due = await graph.tasksToRemindOf(contacts, today);
    const isLast = due.some(({ kind }) => kind === 'follow-up') && (await this.#isLastOf(disease, phone, day));
    const tasks = due.filter(({ kind }) => kind !== 'follow-up' || isLast);
    return tasks.length > 0 ? { tasks, ...receiver } : undefined;
  }

  /** Whether nobody with this phone must watch their health after that day, or until an exposure ends. */
  async #isLastOf(disease: string, phone: string, day: string): Promise<boolean> {
    const { gathering, rules } = this.means;
    const last = rules.named(await gathering.watchedUntil(disease, phone));
    return last !== OPEN && (last === null || last <= day);
  }

  #textOf({ alertId, disease }: AlertRequested['data'], { tasks, language }: Due): string {
    const people = (kind: RemindedTask['kind']) =>
      new Set(tasks.filter((task) => task.kind === kind).map((task) => task.personId)).size;
    const [tests, lastDays] = [people('test'), people('follow-up')];
    return this.means.texts.reminder({ alertId, disease, language, tests, lastDays });
  }

  /** Undefined at hours when nobody is reminded. */
  #today(): Today | undefined {
    const { reminders: hours, zone } = this.means.config;
    const now = DateTime.fromMillis(this.#now(), { zone });
    const minutes = now.hour * 60 + now.minute;
    if (!hours || minutes < hours.from || minutes >= hours.until) return undefined;
    const start = now.startOf('day');
    const [from, until] = [start, start.plus({ days: 1 })].map((time) => Math.floor(time.toSeconds()));
    return { day: now.toISODate() ?? '', from: from ?? 0, until: until ?? 0 };
  }
}
