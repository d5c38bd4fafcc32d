import { type DomainEvent, streams, anyStream } from '../../support/events.js';
import type { Language } from '../../../src/people/events.js';
import request, { type Test } from 'supertest';
import { AnswersModule } from '../../../src/health-form/http/answers.module.js';
import { AnswerLinks } from '../../../src/health-form/links.js';
import type { RecordedEvent } from '../../../src/event-log/event-store.js';
import type { Event } from '../../../src/kernel/event.js';
import type { Stream } from '../../../src/kernel/stream.js';
import { idOf } from '../../../src/kernel/ids.js';
import { alertIdOf } from '../../../src/alerting/ids.js';
import { MasterKey } from '../../../src/event-log/master-key.js';
import { Contexts } from '../../../src/requests/context.js';
import { startApi, type RunningApi } from '../../support/api.js';
import { meansOver } from '../../support/ingest.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';

const KEY = 'a-key-of-sixteen-characters';
export const links = new AnswerLinks(new MasterKey(Buffer.alloc(32, 1)), 'https://tracing.example');

/** Stores answers only when a given number of them are waiting to be stored. */
class PatientStore extends MemoryEventStore {
  together = 1;
  /** Runs once, as soon as somebody has looked whether a form was answered. */
  between: (() => Promise<void>) | undefined;
  #waiting: (() => void)[] = [];

  override async *read<E extends Event>(...args: [Stream<E>, number?]): AsyncIterable<RecordedEvent<E>> {
    yield* super.read(...args);
    const { between } = this;
    if (!between || !args[0].name.startsWith('answers-')) return;
    this.between = undefined;
    await between();
  }

  override async append(...args: Parameters<MemoryEventStore['append']>): ReturnType<MemoryEventStore['append']> {
    if (args[0].name.startsWith('answers-')) {
      const all = new Promise<void>((resolve) => this.#waiting.push(resolve));
      if (this.#waiting.length >= this.together) this.#waiting.splice(0).forEach((go) => go());
      await all;
    }
    return super.append(...args);
  }
}

/** The pages on which contacts answer, and the alert whose link was created last. */
export class AnsweringRig {
  api!: RunningApi;
  /** Milliseconds by which the clock of the pages is ahead. */
  later = 0;
  alertId = '';
  path = '';
  personId = '';
  #people = 0;

  private constructor(readonly store = new PatientStore()) {}

  static async start(): Promise<AnsweringRig> {
    const rig = new AnsweringRig();
    const { store } = rig;
    const zone = 'Asia/Ho_Chi_Minh';
    const config = { senderName: 'CDC "Huế" <1>', contactLine: '1900 9095', zone };
    const { base } = meansOver(store);
    const contexts = new Contexts({ ...base, zone, authority: 'vn', now: () => Date.now() + rig.later });
    const module = AnswersModule.with({ contexts, links, config });
    rig.api = await startApi(KEY, { modules: [module] });
    return rig;
  }

  close(): Promise<void> {
    return this.api.app.close();
  }

  async say(stream: string, event: DomainEvent): Promise<void> {
    await this.store.append(
      anyStream(stream),
      [{ id: idOf(JSON.stringify(event)), event, provenance: { source: 'test' } }],
      'any',
    );
  }

  /** A person who received an alert with a link. */
  async told(language?: Language): Promise<void> {
    const personId = this.someone();
    const alertId = alertIdOf('c', personId, 0);
    Object.assign(this, { alertId, personId, path: new URL(links.answerLink(alertId)).pathname });
    const data = { alertId, caseId: 'c', personId, disease: 'covid-19', degree: 1, sequence: 0 };
    await this.say(streams.alert(alertId).name, { type: 'AlertRequested', data });
    if (language === undefined) return;
    const sealed = { nonce: 'n', text: 't', tag: 'g' };
    const details = { name: sealed, phone: sealed, phoneIndex: 'i', language, householdId: null };
    await this.say(streams.person(personId).name, { type: 'PersonRegistered', data: { personId, ...details } });
  }

  someone(): string {
    return `person-of-nobody-else-${this.#people++}`;
  }

  /** Another person whose alert relies on the alert of the link. */
  async join({ personId = this.someone(), caseId = 'c', sequence = 0 } = {}): Promise<string> {
    const data = { alertId: this.alertId, other: alertIdOf(caseId, personId, sequence), personId, caseId };
    await this.say(streams.alert(this.alertId).name, { type: 'AlertJoined', data });
    return personId;
  }

  get(at = this.path): Test {
    return request(this.api.url).get(at);
  }

  send(fields: object, at = this.path): Test {
    return request(this.api.url).post(at).type('form').send(fields);
  }

  answers(): RecordedEvent[] {
    return this.store.all.filter(({ stream }) => stream === streams.answers(this.alertId).name);
  }
}
