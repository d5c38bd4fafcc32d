import type { EventSet } from '../kernel/event.js';
import { inOrderOfLog } from '../event-log/aside-notes.js';
import type { RecordedEvent, UnreadableEvent } from '../event-log/event-store.js';
import { cannotKeep, keyOf, setAside, streamKeyOf, unkeepable, unreadableAside, type SetAside } from './set-aside.js';

/** Keeps the events that are set aside, by subject: later events on the same subject wait with them. */
export class AsideRegister {
  readonly #byKey = new Map<string, SetAside[]>();
  /** Keys whose events now wait under another key, with that key. */
  readonly #joined = new Map<string, string>();

  /** @param events the events that the graph takes. */
  constructor(private readonly events: EventSet) {}

  /** All events that are set aside, in the order of the log. */
  get all(): SetAside[] {
    return [...this.#byKey.values()].flat().sort(inOrderOfLog);
  }

  remember(record: SetAside): void {
    const known = this.#byKey.get(record.key);
    if (known) known.push(record);
    else this.#byKey.set(record.key, [record]);
  }

  forget({ id }: Pick<RecordedEvent, 'id'>): void {
    for (const [key, records] of this.#byKey) {
      const left = records.filter((record) => record.id !== id);
      if (left.length > 0) this.#byKey.set(key, left);
      else this.#byKey.delete(key);
    }
  }

  /**
   * Decides whether an event has to be set aside, and if so remembers it.
   * @returns undefined if it has to be written; `known` if it was set aside before; otherwise the records to save: its
   * own and, if it waits for two subjects, those that move to another key.
   */
  leftOut(event: RecordedEvent): SetAside[] | 'known' | undefined {
    const [own, ofStream] = [this.#keyIn(keyOf(this.events, event)), this.#keyIn(streamKeyOf(event.stream))];
    const before =
      // Nearly always nothing is set aside.
      this.#byKey.size === 0
        ? []
        : [...new Set([own, ofStream])].flatMap((key) => this.#byKey.get(key) ?? []).sort(inOrderOfLog);
    if (before.some(({ id }) => id === event.id)) return 'known';
    const [first] = before;
    const reason = first ? `waits for ${first.type} at ${first.commit}, which was set aside` : halfCharacter(event);
    if (reason === undefined) return undefined;
    const apart = own !== ofStream && this.#byKey.has(own) && this.#byKey.has(ofStream);
    const moved = apart ? this.#join(own, ofStream) : [];
    const record = setAside(event, reason, 0, apart ? ofStream : (first?.key ?? keyOf(this.events, event)));
    this.remember(record);
    return [...moved, record];
  }

  /** Remembers an unreadable event. Returns the record to save, or `known` if it was set aside before. */
  leaveOut(event: UnreadableEvent): SetAside | 'known' {
    const record = unreadableAside(event);
    if (this.#before(record.key)?.some(({ id }) => id === event.id)) return 'known';
    this.remember(record);
    return record;
  }

  #before(key: string): SetAside[] | undefined {
    return this.#byKey.get(this.#keyIn(key));
  }

  #keyIn(key: string): string {
    const joined = this.#joined.get(key);
    return joined !== undefined && this.#byKey.has(joined) ? joined : key;
  }

  /** Moves the events of one key to another, so that both are retried together, in the order of the log. */
  #join(key: string, into: string): SetAside[] {
    const moved = (this.#byKey.get(key) ?? []).map((record) => ({ ...record, key: into }));
    this.#byKey.delete(key);
    this.#joined.set(key, into);
    this.#byKey.set(into, [...(this.#byKey.get(into) ?? []), ...moved].sort(inOrderOfLog));
    return moved;
  }
}

function halfCharacter(event: RecordedEvent): string | undefined {
  const field = unkeepable(event);
  return field === undefined ? undefined : cannotKeep(field);
}
