import { fold } from '../../../src/kernel/decider.js';
import type { CaseEvent, Contact } from '../../../src/cases/events.js';
import { type DomainEvent, streams, anyStream } from '../../support/events.js';
import type { Language } from '../../../src/people/events.js';
import { randomBytes } from 'node:crypto';
import { Registry } from 'prom-client';
import { alertDecider, type AlertState } from '../../../src/alerting/alert.js';
import { Allowance } from '../../../src/delivery/allowance.js';
import { Brake } from '../../../src/alerting/apply-brake.js';
import { loadAlert } from '../../../src/alerting/loaded-alert.js';
import { CaseViews } from '../../../src/alerting/case-views.js';
import type { Pace } from '../../../src/alerting/alert-ports.js';
import { Gathering } from '../../../src/alerting/gathering.js';
import { Dispatcher, Elsewhere, HandedOverElsewhere } from '../../../src/delivery/dispatcher.js';
import { sendJob, type PlanJob, type SendJob } from '../../../src/alerting/jobs.js';
import type { NewJob } from '../../../src/delivery/message-jobs.js';
import type { ReminderJob } from '../../../src/reminders/jobs.js';
import { AlertMetrics } from '../../../src/delivery/metrics.js';
import { PhoneBook } from '../../../src/alerting/phone-book.js';
import { OwnCases } from '../../../src/alerting/own-cases.js';
import { Planner } from '../../../src/alerting/planner.js';
import { type Message, type SmsProvider, TheirFault, Uncertain } from '@truyvet/message-gateway';
import { REACTED, reactTo } from '../../../src/alerting/reactions.js';
import { Recipients } from '../../../src/alerting/recipients.js';
import { Reminders } from '../../../src/reminders/reminders.js';
import { Routes, type Route } from '../../../src/delivery/routes.js';
import { Rules } from '../../../src/alerting/rules.js';
import { Sender, type SenderMeans } from '../../../src/alerting/sender.js';
import { isToBeDone } from '../../../src/alerting/sweeper.js';
import { TakeBack } from '../../../src/alerting/take-back.js';
import { Texts } from '../../../src/alerting/texts.js';
import type { Unreached } from '../../../src/alerting/unreached.js';
import type { Appended, EventStore } from '../../../src/event-log/event-store.js';
import { alertIdOf } from '../../../src/alerting/ids.js';
import { MasterKey } from '../../../src/event-log/master-key.js';
import { Sealing } from '../../../src/event-log/sealing.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';
import { PURPOSES } from '../../support/purposes.js';
import { RememberingProvider } from './remembering-provider.js';
import { TasksOfRig } from './rig-tasks.js';
import { confirmed } from '../../support/builders/cases.js';
import { registered } from '../../support/builders/people.js';

export const CASE = 'case-1';
export const MERGE_HOURS = 12;
export const AT = '2021-08-05T02:00:00Z';
/** Minutes of the day. */
const WAKING = { from: 8 * 60, until: 20 * 60 };

export class Crash extends Error {}

/** The call into the outside world at which a process dies, and whether that call still takes effect. */
export interface Fate {
  calls: number;
  after: boolean;
}

class MemoryUnreached implements Unreached {
  readonly #alerts = new Map<string, Set<string>>();

  async add(personId: string, alertId: string): Promise<void> {
    this.#alerts.set(personId, (this.#alerts.get(personId) ?? new Set()).add(alertId));
  }

  async remove(personId: string, alertId: string): Promise<void> {
    this.#alerts.get(personId)?.delete(alertId);
  }

  async alertsOf(personIds: readonly string[]): Promise<string[]> {
    return personIds.flatMap((personId) => [...(this.#alerts.get(personId) ?? [])]);
  }
}

/** One worker process over the shared log and provider, with its own caches; it may be fated to die. */
class Process {
  dead = false;
  readonly planner: Planner;
  readonly sender: Sender;
  readonly reminders: Reminders;
  readonly phoneBook: PhoneBook;
  readonly allowance: Allowance;
  readonly routes: Routes;

  constructor(
    rig: AlertingRig,
    private readonly fate: Fate | undefined,
  ) {
    const call = <T>(effect: () => Promise<T>) => this.#call(effect);
    const inner = rig.store;
    const store: EventStore = {
      append: async (stream, events, expected): Promise<Appended> => {
        const hook = events[0] && rig.takeHook(events[0].event as DomainEvent, stream.name);
        if (hook) await hook();
        return call(() => inner.append(stream, events, expected));
      },
      read: async function* (stream, from) {
        await call(() => Promise.resolve());
        yield* inner.read(stream, from);
      },
      isBehind: (position, types) => inner.isBehind(position, types),
      follow: (options) => inner.follow(options),
      close: () => Promise.resolve(),
    };
    const now = () => rig.now;
    const views = new CaseViews(store, rig.viewsOf);
    const recipients = new Recipients(store, views, MERGE_HOURS, now, rig.gathers);
    const { zone } = rig;
    const rules = new Rules(store, { zone, now });
    const ownCases = new OwnCases(store, views, rules);
    const { phoneDaily } = rig;
    this.allowance = new Allowance(store, { zone, now, phoneDaily, morning: WAKING.from });
    const { allowance } = this;
    const texts = new Texts({ senderName: undefined, contactLine: '1900 9095', zone });
    const { sealing, unreached } = rig;
    const [first, ...others] = rig.providers.map((each) => this.#route(rig, each, call));
    this.routes = new Routes([first as Route, ...others]);
    const dispatcher = new Dispatcher({ store, routes: this.routes, purposes: PURPOSES, now });
    const forward: SenderMeans['forward'] = async (alertId, revision, degree, when) => {
      rig.forwarded.push({ alertId, degree, when });
      rig.queue(sendJob(alertId, revision), this.routes.next()?.name);
    };
    const common = {
      ...{ store, sealing, dispatcher, forward, texts, metrics: new AlertMetrics(new Registry()), views },
      ...{ rules, ownCases, allowance, now },
    };
    this.phoneBook = new PhoneBook(store);
    const brake = new Brake(store, rig.usually, rig.brake, now, zone);
    this.planner = new Planner({ store, views, recipients, brake, rules, ownCases, allowance, unreached, now });
    const takeBack = new TakeBack({ ...common, recipients });
    const { phoneBook, planner } = this;
    const { answerLink } = rig;
    const gathering = new Gathering({ ...common, phoneBook, recipients });
    this.reminders = new Reminders({
      ...{ ...common, gathering, recipients, graph: rig.tasks, config: { reminders: WAKING, zone } },
    });
    this.sender = new Sender({ ...common, gathering, recipients, planner, takeBack, unreached, answerLink });
  }

  #route(rig: AlertingRig, inner: RememberingProvider, call: <T>(effect: () => Promise<T>) => Promise<T>): Route {
    const provider: SmsProvider = {
      name: inner.name,
      knows: inner.knows,
      send: async (message) => {
        const hook = rig.takeHook({ type: 'send' }, message.id);
        if (hook) await hook();
        return call(() => inner.send(message));
      },
      wasSent: (id) => call(() => inner.wasSent(id)),
      close: () => Promise.resolve(),
    };
    return { name: inner.name, provider, perSecond: null, whenUncertain: inner.whenUncertain, file: inner.file };
  }

  async #call<T>(effect: () => Promise<T>): Promise<T> {
    if (this.dead) throw new Crash('dead');
    if (!this.fate || --this.fate.calls > 0) return effect();
    this.dead = true;
    if (this.fate.after) await effect();
    throw new Crash('killed');
  }
}

/** Alerting without BullMQ: the test decides what runs when, where it dies, and in which order jobs are queued. */
export class AlertingRig {
  readonly providers: RememberingProvider[];
  readonly master = new MasterKey(randomBytes(32));
  sealing: Sealing;
  /** The limits from which alerts wait for a person, and the usual numbers. */
  brake = { contacts: 1_000_000, daily: 1_000_000, times: 3 };
  readonly pace: Pace = { usual: [], today: 0, before: [], approvedToday: 0 };
  readonly capacities = new Map<string, number>();
  readonly usually = { pace: async () => ({ ...this.pace }), capacities: async () => this.capacities };
  /** Milliseconds: the morning after the exposure, unless a test sets another time. */
  now = Date.parse(AT) + 86_400_000;
  /** Most messages per phone and day. */
  phoneDaily = 1_000;
  /** Whether messages that are due for a phone at one time are combined. */
  gathers = false;
  /** Number of contacts of which a process caches the log. */
  viewsOf = 300_000;
  /** Jobs that were moved to a provider's queue, with their priority and time. */
  readonly forwarded: { alertId: string; degree: number; when: 'gathered' | 'now' }[] = [];
  readonly unreached = new MemoryUnreached();
  readonly jobs = new Map<string, NewJob<PlanJob> | NewJob<SendJob> | NewJob<ReminderJob>>();
  /** The current state of the world: contacts by case, phones by person. */
  readonly contacts = new Map<string, Map<string, 1 | 2>>();
  readonly phones = new Map<string, string | null>();
  /** The last exposure of people, by case and person, if it is not `AT`. */
  readonly exposed = new Map<string, string>();
  /** People whose exposure continues as far as is known. */
  readonly ongoing = new Set<string>();
  readonly live = new Set<string>();
  /** People's tasks, as the graph would return them. */
  readonly tasks = new TasksOfRig(this);
  readonly #hooks: { type: string; where: string; run: () => Promise<void> }[] = [];
  #process: Process;
  #handled = 0;
  #facts = 0;

  /** The provider in whose queue a job is. */
  readonly #via = new Map<string, string>();

  /** @param store may be one that others append to as well. */
  constructor(
    readonly store = new MemoryEventStore(),
    providers: readonly RememberingProvider[] = [new RememberingProvider()],
    readonly answerLink?: (alertId: string) => string,
    /** The zone for days and hours in messages. */
    readonly zone = 'Asia/Ho_Chi_Minh',
  ) {
    this.providers = [...providers];
    store.now = () => this.now;
    this.sealing = new Sealing(store, this.master);
    this.#process = new Process(this, undefined);
  }

  /** The first, or only, provider. */
  get provider(): RememberingProvider {
    return this.providers[0] as RememberingProvider;
  }

  /** @param via the provider in whose queue it is; a job that is already queued stays where it is. */
  queue(job: NewJob<PlanJob> | NewJob<SendJob> | NewJob<ReminderJob>, via?: string): void {
    const { jobId } = job.opts;
    if (this.jobs.has(jobId) && (via === undefined || this.#via.has(jobId))) return;
    this.jobs.set(jobId, job);
    if (via !== undefined) this.#via.set(jobId, via);
  }

  async register(personId: string, phone: string | null, language: Language = 'vi'): Promise<void> {
    const provenance = { source: 'test' };
    const sealed = phone === null ? null : await this.sealing.seal(personId, 'phone', phone, provenance);
    const phoneIndex = phone === null ? null : this.master.phoneIndex(phone);
    this.phones.set(personId, phone);
    await this.#append(streams.person(personId).name, registered(personId, { phone: sealed, phoneIndex, language }));
  }

  /** @param personId the person of the case. */
  async confirm(caseId = CASE, personId = 'f0'): Promise<void> {
    this.live.add(caseId);
    await this.#append(streams.case(caseId).name, confirmed(caseId, personId, { collectedAt: AT }));
  }

  async retract(caseId = CASE): Promise<void> {
    this.live.delete(caseId);
    await this.#append(streams.case(caseId).name, {
      type: 'CaseRetracted',
      data: { caseId, reason: 'false positive' },
    });
  }

  /**
   * A trace that finds exactly these people, by degree.
   * @param last the last exposure of new or named people, if it differs from before.
   */
  async trace(found: Record<string, 1 | 2>, caseId = CASE, last: Record<string, string> = {}): Promise<void> {
    const before = this.contacts.get(caseId) ?? new Map<string, 1 | 2>();
    const now = new Map(Object.entries(found));
    this.contacts.set(caseId, now);
    for (const [personId, at] of Object.entries(last)) this.exposed.set(`${caseId} ${personId}`, at);
    const changed = [...now].filter(([personId, degree]) => before.get(personId) !== degree || personId in last);
    const traceId = `trace-${++this.#facts}`;
    const contact = ([personId, degree]: [string, 1 | 2]): Contact => {
      const common = {
        personId,
        degree,
        firstExposureAt: AT,
        minutes: 20,
        meetings: [],
        lastExposureAt: this.ongoing.has(personId) ? null : (this.exposed.get(`${caseId} ${personId}`) ?? AT),
        shared: [],
      };
      return { ...common, via: degree === 1 ? [] : ['f1'] };
    };
    const gone = [...before.keys()].filter((personId) => !now.has(personId));
    const part = { caseId, traceId, index: 0, found: changed.map(contact), gone, factors: [], factorsGone: [] };
    const profile = {
      profileId: 'covid-19-vn-5053',
      profileVersion: 1,
      graphPosition: '1',
      counts: [],
      factors: 0,
      greatestDegree: 2,
      lingeringMinutes: 0,
    };
    await this.#append(streams.case(caseId).name, { type: 'ContactsTraced', data: part });
    const completed = { caseId, traceId, chunks: 1, from: AT, until: null, ...profile };
    await this.#append(streams.case(caseId).name, { type: 'TraceCompleted', data: completed });
  }

  /**
   * Runs once, before an event of the type is appended to an alert's stream, or before its message is sent (`send`).
   */
  before(type: DomainEvent['type'] | 'send', id: string, run: () => Promise<void>): void {
    this.#hooks.push({ type, where: id, run });
  }

  takeHook({ type }: { type: string }, where: string): (() => Promise<void>) | undefined {
    const i = this.#hooks.findIndex((hook) => hook.type === type && where.endsWith(hook.where));
    return i < 0 ? undefined : this.#hooks.splice(i, 1)[0]?.run;
  }

  /** Queued jobs of these kinds. */
  queued(kind: 'plan' | 'send'): string[] {
    return [...this.jobs].filter(([, { name }]) => name === kind).map(([id]) => id);
  }

  isContact(personId: string, caseId = CASE): boolean {
    return this.live.has(caseId) && (this.contacts.get(caseId)?.has(personId) ?? false);
  }

  /** Reads more of the log, as the reactions do; events may be handled again, but never skipped. */
  async react(events = Infinity): Promise<void> {
    const batch = this.store.all.slice(this.#handled, this.#handled + events);
    for (const event of batch) if (event.type === 'PersonRegistered') this.#process.phoneBook.note(event.data);
    const { plan, send, tell } = await reactTo(
      batch.filter((event) => REACTED.includes(event)),
      this.unreached,
      this.gathers,
    );
    for (const job of [...plan, ...send]) this.queue(job);
    for (const job of tell) this.queue(job, this.#process.routes.preferred.name);
    this.#handled += batch.length;
  }

  /** Goes back in the log, as after a lost checkpoint. */
  rewind(events: number): void {
    this.#handled = Math.max(0, this.#handled - events);
  }

  get behind(): boolean {
    return this.#handled < this.store.all.length;
  }

  /** People's keys are read from the log again, as by a new process. */
  forgetKeys(): void {
    this.sealing = new Sealing(this.store, this.master);
    this.restart();
  }

  /** A new process takes over, without any knowledge. */
  restart(fate?: Fate): void {
    this.#process = new Process(this, fate);
  }

  /** Runs these jobs at once; those of a process that dies stay queued, and a new process takes over. */
  async run(jobIds: readonly string[]): Promise<void> {
    const process = this.#process;
    const jobs = jobIds.map((id) => this.jobs.get(id)).filter((job) => job !== undefined);
    await Promise.all(
      jobs.map(async ({ data, opts }) => {
        const via = process.routes.find(this.#via.get(opts.jobId) ?? '');
        const done = () => {
          this.jobs.delete(opts.jobId);
          this.#via.delete(opts.jobId);
        };
        try {
          if ('caseId' in data) await process.planner.plan(data.caseId, data.traceId);
          else {
            // A job that continues in a provider's queue is not done.
            this.#via.delete(opts.jobId);
            if ('revision' in data) await process.sender.settle(data.alertId, data.revision, via);
            else if (via) await process.reminders.remind(data.alertId, data.remindOf, via);
            if (this.#via.has(opts.jobId)) return;
          }
          done();
        } catch (error) {
          if (via) this.#via.set(opts.jobId, error instanceof Elsewhere ? error.route : via.name);
          if (![Crash, Elsewhere, HandedOverElsewhere, TheirFault, Uncertain].some((each) => error instanceof each)) {
            throw error;
          }
        }
      }),
    );
    if (process.dead) this.restart();
  }

  /** Does what a sweep asks for an alert that it found, outside any provider's queue. */
  async settle(alertId: string): Promise<void> {
    const { settledBy } = await loadAlert(this.store, alertId);
    await this.#process.sender.settle(alertId, settledBy);
  }

  /** Looks for due reminders, as the sweep does. */
  async remind(): Promise<void> {
    const process = this.#process;
    const { reminders, routes } = process;
    try {
      for await (const jobs of reminders.due()) for (const job of jobs) this.queue(job, routes.preferred.name);
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
    }
    if (process.dead) this.restart();
  }

  /** Looks for work that is still to be done, as the sweep does. */
  async sweep(): Promise<void> {
    const ids = this.store.all.flatMap(({ type, data }) => (type === 'AlertRequested' ? [data.alertId] : []));
    for (const alertId of ids) {
      const alert = await loadAlert(this.store, alertId);
      if (isToBeDone(alert, this.#process.allowance)) this.queue(sendJob(alertId, alert.settledBy));
    }
  }

  /** Jobs that are in no provider's queue. */
  get unbound(): string[] {
    return [...this.jobs.keys()].filter((id) => !this.#via.has(id));
  }

  /** Runs until nothing is left except messages that wait for others to their phones. */
  async gather(): Promise<void> {
    for (let round = 0; this.behind || this.unbound.length > 0; round++) {
      if (round > 500) throw new Error(`still busy: ${this.unbound.join(', ')}`);
      await this.react();
      await this.run(this.unbound);
    }
  }

  /** Runs until nothing is left to do. */
  async drain(): Promise<void> {
    for (let round = 0; this.behind || this.jobs.size > 0; round++) {
      if (round > 500) throw new Error(`still busy: ${[...this.jobs.keys()].join(', ')}`);
      await this.react();
      await this.run([...this.jobs.keys()]);
    }
  }

  /** A person's alerts for a case, by sequence. */
  alerts(personId: string, caseId = CASE): AlertState[] {
    const states: AlertState[] = [];
    for (;;) {
      const state = this.alert(alertIdOf(caseId, personId, states.length));
      if (state.status === 'unknown') return states;
      states.push(state);
    }
  }

  alert(alertId: string): AlertState {
    const { name, events } = streams.alert(alertId);
    return fold(
      alertDecider,
      this.store.all.filter((event) => event.stream === name).filter((event) => events.includes(event)),
    );
  }

  eventsOf(alertId: string): string[] {
    return this.store.all.filter(({ stream }) => stream === streams.alert(alertId).name).map(({ type }) => type);
  }

  /** The messages to a phone, oldest first, with ids that do not contain the person's details. */
  sentTo(phone: string): Message[] {
    return this.providers.flatMap(({ messages }) => messages).filter(({ to }) => to === phone);
  }

  async #append(stream: string, event: DomainEvent | CaseEvent): Promise<void> {
    const id = `fact-${++this.#facts}`;
    await this.store.append(anyStream(stream), [{ id, event, provenance: { source: 'test' } }], 'any');
  }
}
