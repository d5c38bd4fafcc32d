import type { RecordedEvent, UnreadableEvent } from '../log/event-store.js';
import { cannotKeep, keyOf, setAside, streamKeyOf, unkeepable, unreadableAside, type SetAside } from './set-aside.js';

/** Knows what the graph lacks, by what later events say more of: these wait with it. */
export class AsideRegister {
  readonly #byKey = new Map<string, SetAside[]>();

  /** In the order in which they were remembered, which is that of the log. */
  get all(): SetAside[] {
    return [...this.#byKey.values()].flat();
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

  /** Why an event is left out, remembered from here on; `known` where it was before, undefined where it is to be written. */
  leftOut(event: RecordedEvent): SetAside | 'known' | undefined {
    const before = this.#before(keyOf(event)) ?? this.#before(streamKeyOf(event.stream));
    if (before?.some(({ id }) => id === event.id)) return 'known';
    const [first] = before ?? [];
    const reason = first ? `waits for ${first.type} at ${first.commit}, which is set aside` : halfCharacter(event);
    if (reason === undefined) return undefined;
    const record = setAside(event, reason, 0, first?.key);
    this.remember(record);
    return record;
  }

  /** The same for one that cannot be read. */
  leaveOut(event: UnreadableEvent): SetAside | 'known' {
    const record = unreadableAside(event);
    if (this.#before(record.key)?.some(({ id }) => id === event.id)) return 'known';
    this.remember(record);
    return record;
  }

  #before(key: string): SetAside[] | undefined {
    return this.#byKey.size === 0 ? undefined : this.#byKey.get(key);
  }
}

function halfCharacter(event: RecordedEvent): string | undefined {
  const field = unkeepable(event);
  return field === undefined ? undefined : cannotKeep(field);
}
