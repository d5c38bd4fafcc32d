import { caseStream, type CaseEvent, type Contact } from '../cases/index.js';
import { recordsOf } from '../people/index.js';
import { addToContactList, emptyContactList, type ContactList } from '../tracing/index.js';
import { following, type EventStore, type Provenance, type RecordedEvent } from '../event-log/event-store.js';
import { AnotherStream, lastTaken, readAfter, type LastTaken } from '../event-log/read-after.js';
import { SOURCE } from './loaded-alert.js';

/** What alerting knows about one case. */
export class CaseView {
  readonly list: ContactList = emptyContactList();
  disease = '';
  personId = '';
  /** When the first confirming sample was taken; undefined if no sample confirms the case. */
  sampledAt: string | undefined;
  /** The times at which it was retracted, in milliseconds. */
  readonly retractedAt: number[] = [];
  readonly #samples = new Map<string, string>();
  live = false;
  /** The last event that the view includes. */
  last: LastTaken | undefined;
  /** Provenance of the events that follow from the case as it is. */
  because: Provenance = { source: SOURCE };
  /**
   * Traces that were the first after the case came back from a retraction. They concern everyone, since there were
   * alerts that no trace names.
   */
  readonly #reopening = new Set<string>();
  #retracted = false;

  constructor(readonly caseId: string) {}

  add(event: CaseEvent, recorded: Pick<RecordedEvent, 'id' | 'revision' | 'provenance' | 'recordedAt'>): void {
    if (event.type === 'CaseConfirmed') {
      this.live = true;
      this.disease = event.data.disease;
      this.personId = event.data.personId;
      this.#samples.set(event.data.sampleId, event.data.collectedAt);
    } else if (event.type === 'CaseEvidenceWithdrawn') {
      this.#samples.delete(event.data.sampleId);
    } else if (event.type === 'CaseRetracted') {
      this.live = false;
      this.#samples.clear();
      this.retractedAt.push(recorded.recordedAt.getTime());
      this.#retracted = true;
    } else if (event.type === 'TraceCompleted' && this.#retracted) {
      this.#retracted = !this.live;
      this.#reopening.add(event.data.traceId);
    }
    this.sampledAt = [...this.#samples.values()].sort()[0];
    addToContactList(this.list, event);
    // The parts of a trace count once it is completed: alerts follow from that event.
    if (event.type !== 'ContactsTraced') this.because = following(recorded, SOURCE);
    this.last = lastTaken(recorded);
  }

  /** The person as a contact in the latest completed trace; undefined if they are not one, or the case is not live. */
  contact(personId: string): Contact | undefined {
    return this.live ? this.list.contacts.get(personId) : undefined;
  }

  /** The people whose alerts a trace may change, closest contacts first. */
  concerned(traceId: string | null): string[] {
    const everyone = traceId === null || this.#reopening.has(traceId);
    const persons = everyone ? [...this.list.ever] : [...new Set(this.list.touched.get(traceId))];
    const rank = (personId: string) => this.contact(personId)?.degree ?? Infinity;
    return persons.sort((a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b)));
  }
}

interface Entry {
  view: CaseView;
  reading: Promise<CaseView> | undefined;
  next: Promise<CaseView> | undefined;
}

/**
 * Cases as the log has them. Each is read once and then only from where reading stopped, since many alerts of one case
 * are sent at a time.
 */
export class CaseViews {
  readonly #entries = new Map<string, Entry>();

  /** @param capacity how many contacts of all cases together are kept. */
  constructor(
    private readonly store: EventStore,
    private readonly capacity = 300_000,
  ) {}

  /**
   * The case with everything that the log held when this was called; callers that wait at the same time share one read.
   */
  fresh(caseId: string): Promise<CaseView> {
    const entry = this.#entry(caseId);
    if (!entry.reading) return this.#read(entry);
    // The read in progress may have begun before the events that this caller has to see.
    const again = () => {
      entry.next = undefined;
      return this.#read(entry);
    };
    entry.next ??= entry.reading.then(again, again);
    return entry.next;
  }

  /** Whether a person is a contact now under any record: a message to one record notifies the person. */
  async isContact({ caseId, personId }: { caseId: string; personId: string }): Promise<boolean> {
    const view = await this.fresh(caseId);
    if (view.contact(personId)) return true;
    const [counting] = await recordsOf(this.store, personId);
    return counting !== undefined && view.contact(counting) !== undefined;
  }

  #entry(caseId: string): Entry {
    const known = this.#entries.get(caseId);
    const entry = known ?? { view: new CaseView(caseId), reading: undefined, next: undefined };
    // The most recently used entries come last.
    this.#entries.delete(caseId);
    this.#entries.set(caseId, entry);
    return entry;
  }

  #read(entry: Entry): Promise<CaseView> {
    const reading = (async () => {
      try {
        await this.#readOn(entry.view);
      } catch (error) {
        if (!(error instanceof AnotherStream)) throw error;
        entry.view = new CaseView(entry.view.caseId);
        await this.#readOn(entry.view);
      }
      this.#evict();
      return entry.view;
    })().finally(() => (entry.reading = undefined));
    entry.reading = reading;
    return reading;
  }

  async #readOn(view: CaseView): Promise<void> {
    for await (const event of readAfter(this.store, caseStream(view.caseId), view.last)) {
      view.add(event, event);
    }
  }

  #evict(): void {
    let kept = 0;
    for (const [caseId, { view, reading }] of [...this.#entries].reverse()) {
      kept += view.list.ever.size + 100;
      if (kept > this.capacity && !reading && this.#entries.size > 1) this.#entries.delete(caseId);
    }
  }
}
