import { type DomainEvent, type EventType, streams } from './events.js';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { caseDecider, type CaseState } from '../../src/cases/case.js';
import { addToContactList, emptyContactList, type ContactList } from '../../src/tracing/contacts.js';
import { readInstant } from '../../src/kernel/instant.js';
import type { CaseFacts, CaseLink } from '../../src/investigation/question-ports.js';
import type { Kind } from './rows.js';
import { Contexts, type Means } from '../../src/requests/context.js';
import type { Position } from '../../src/event-log/event-store.js';
import { load } from '../../src/event-log/handle.js';
import { caseIdOf } from '../../src/cases/ids.js';
import { reactToResults, RESULTS as TAKEN } from '../../src/cases/results.js';
import { traceCase } from '../../src/tracing/worker.js';
import { graphOf } from '../oracle/array-graph.js';
import { worldAfter } from '../oracle/facts.js';
import type { World } from '../oracle/oracle.js';
import { AlertingRig } from '../unit/alerting/rig.js';
import { importText } from './ingest.js';
import { MemoryEventStore } from './memory-event-store.js';
import { SHARED } from './shared.js';

/** Folders of files that once failed, each with the right result; not part of the project. */
export const CASES = join(SHARED, 'cases');

const PRESENCE: readonly EventType[] = [
  ...(['CheckedIn', 'CheckedOut', 'VisitCorrected', 'VisitRetracted', 'ProximityObserved'] as const),
  ...(['PersonIsolated', 'PersonReleased', 'PersonRegistered', 'PlaceRegistered', 'PlaceCorrected'] as const),
];
const RESULTS: readonly EventType[] = ['TestResultReported', 'TestResultCorrected', 'TestResultRetracted'];

/**
 * Processes files of a folder, or rows, from the import to the messages, as an installation at one moment in one zone
 * would: with the program's own import, reaction to results, trace and alerting, on a log in memory and a graph of
 * plain arrays.
 */
export class CaseRun {
  readonly rig: AlertingRig;
  readonly #means: Means;
  #read = 0;

  constructor(
    private readonly folder: string | null,
    now: string,
    readonly zone = 'Asia/Ho_Chi_Minh',
  ) {
    this.rig = new AlertingRig(new MemoryEventStore(), undefined, undefined, zone);
    this.rig.now = Date.parse(now);
    const { store, master, sealing } = this.rig;
    this.#means = new Contexts({ store, master, sealing, zone });
  }

  take(kind: Kind, file: string) {
    if (this.folder === null) throw new Error('these are rows');
    return this.takeText(kind, readFileSync(join(CASES, this.folder, `${file}.csv`)));
  }

  /** Imports rows, even if some are refused, without processing their consequences. */
  takeText(kind: Kind, text: string | Buffer) {
    const limits = { now: () => this.rig.now };
    return importText(this.#means, kind, text, { zone: this.zone, limits, laboratory: true });
  }

  /** Imports files without refused rows, and processes their consequences. */
  async takeAll(...files: [Kind, string][]): Promise<void> {
    for (const [kind, file] of files) {
      const { refused } = await this.take(kind, file);
      if (refused.length > 0) throw new Error(`${file}.csv: ${JSON.stringify(refused)}`);
    }
    await this.settle();
  }

  async settle(): Promise<void> {
    const { store } = this.rig;
    const signal = new AbortController().signal;
    const [graph, zone] = [this.#graph, this.zone];
    const queries = { graph, samples: graph, cases: graph };
    const options = { ...queries, store, authority: 'vn', zone, ask: async () => undefined, signal };
    while (this.#read < store.all.length) {
      const events = store.all.slice(this.#read).filter((event) => TAKEN.includes(event));
      this.#read = store.all.length;
      const last = events.at(-1);
      if (last) await reactToResults({ events, position: last.position }, options);
      for (const { caseId, disease } of this.#cases()) {
        const reading: Parameters<typeof traceCase>[1]['reading'] = (run) => run(graphOf(this.#world(disease)));
        await traceCase({ caseId }, { store, graph, reading });
      }
    }
    await this.rig.drain();
    this.#read = store.all.length;
  }

  async case(personId: string, disease = 'covid-19'): Promise<CaseState> {
    return (await load(this.rig.store, caseDecider, streams.case(caseIdOf(personId, disease, 0)))).state;
  }

  async contactsOf(personId: string, disease = 'covid-19'): Promise<ContactList> {
    const list = emptyContactList();
    for await (const event of this.rig.store.read(streams.case(caseIdOf(personId, disease, 0))))
      addToContactList(list, event);
    return list;
  }

  /** Contacts of degree 1, by name. */
  async f1Of(personId: string, disease = 'covid-19'): Promise<string[]> {
    const { contacts } = await this.contactsOf(personId, disease);
    return [...contacts.values()].flatMap((each) => (each.degree === 1 ? [each.personId] : [])).sort();
  }

  alertsOf(personId: string, of: string, disease = 'covid-19') {
    return this.rig.alerts(personId, caseIdOf(of, disease, 0));
  }

  /** The messages to each phone, by phone. */
  get sent(): Record<string, string[]> {
    const texts: Record<string, string[]> = {};
    for (const { to, text } of this.rig.provider.messages) (texts[to] ??= []).push(text);
    return texts;
  }

  /** The live cases and who among them is an F1 of which case, as the graph shows them to questions. */
  async asked(): Promise<{ cases: CaseFacts[]; links: CaseLink[] }> {
    const [cases, links]: [CaseFacts[], CaseLink[]] = [[], []];
    for (const { caseId, personId, disease } of this.#cases()) {
      const { status, window } = await this.case(personId, disease);
      if (status !== 'live' || !window) continue;
      const [from, until, anchor] = [window.from, window.until, window.anchorAt].map((at) => at && readInstant(at));
      const common = { caseId, personId, disease, status, records: [] };
      cases.push({ ...common, from: from || null, until: until || null, anchor: anchor || null });
    }
    for (const { personId, caseId: sourceId, disease } of cases) {
      for (const contact of (await this.contactsOf(personId, disease)).contacts.values()) {
        const { firstExposureAt, lastExposureAt, minutes } = contact;
        const other = cases.find((each) => each.personId === contact.personId);
        if (!other || contact.degree !== 1) continue;
        const last = lastExposureAt === null ? Infinity : readInstant(lastExposureAt);
        links.push({ caseId: other.caseId, sourceId, first: readInstant(firstExposureAt), last, minutes });
      }
    }
    return { cases, links };
  }

  /** The known stays of people, and their samples for a disease. */
  get world(): World {
    return this.#world('covid-19');
  }

  #world(disease: string): World {
    const events = this.rig.store.all.filter(
      ({ type, data }) =>
        PRESENCE.includes(type) || (RESULTS.includes(type) && 'disease' in data && data.disease === disease),
    );
    return worldAfter(events as DomainEvent[]);
  }

  #cases(): { caseId: string; personId: string; disease: string }[] {
    const confirmed = this.rig.store.all.flatMap(({ type, data }) => (type === 'CaseConfirmed' ? [data] : []));
    return [...new Map(confirmed.map((each) => [each.caseId, each])).values()];
  }

  readonly #graph = {
    position: async (): Promise<Position | undefined> => this.rig.store.all.at(-1)?.position,
    rapidTests: async () => [],
    rapidTestsAmong: async () => [],
    linksOf: async () => [],
  };
}
