import type { EventSet } from '../kernel/event.js';
import { inOrderOfLog } from '../event-log/aside-notes.js';
import type { RecordedEvent, UnreadableEvent } from '../event-log/event-store.js';
import { cannotKeep, keyOf, setAside, streamKeyOf, unkeepable, unreadableAside, type SetAside } from './set-aside.js';

/** Knows what the graph lacks, by what later events say more of: these wait with it. */
export class AsideRegister {
  readonly #byKey = new Map<string, SetAside[]>();
  /** Keys of which everything waits under another by now. */
  readonly #joined = new Map<string, string>();

  /** @param events those that come into the graph. */
  constructor(private readonly events: EventSet) {}

  /** In the order of the log. */
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
   * Why an event is left out, remembered from here on; `known` where it was before, undefined where it is to be written.
   * @returns what is to be noted: itself, and what waits under another key since it waits for two.
   */
  leftOut(event: RecordedEvent): SetAside[] | 'known' | undefined {
    const [own, ofStream] = [this.#keyIn(keyOf(this.events, event)), this.#keyIn(streamKeyOf(event.stream))];
    const before =
      // As for nearly every event of a log.
      this.#byKey.size === 0
        ? []
        : [...new Set([own, ofStream])].flatMap((key) => this.#byKey.get(key) ?? []).sort(inOrderOfLog);
    if (before.some(({ id }) => id === event.id)) return 'known';
    const [first] = before;
    const reason = first ? `waits for ${first.type} at ${first.commit}, which is set aside` : halfCharacter(event);
    if (reason === undefined) return undefined;
    const apart = own !== ofStream && this.#byKey.has(own) && this.#byKey.has(ofStream);
    const moved = apart ? this.#join(own, ofStream) : [];
    const record = setAside(event, reason, 0, apart ? ofStream : (first?.key ?? keyOf(this.events, event)));
    this.remember(record);
    return [...moved, record];
  }

  /** The same for one that cannot be read. */
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

  /** What waits under one key waits under another from now on: both are tried again together, in the order of the log. */
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
