import type { RecordedEvent } from '../log/event-store.js';
import { cannotKeep, keyOf, setAside, unkeepable, type SetAside } from './set-aside.js';

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

  forget(event: RecordedEvent): void {
    const key = keyOf(event);
    const left = this.#byKey.get(key)?.filter(({ id }) => id !== event.id) ?? [];
    if (left.length > 0) this.#byKey.set(key, left);
    else this.#byKey.delete(key);
  }

  /** Why an event is left out, remembered from here on; `known` where it was before, undefined where it is to be written. */
  leftOut(event: RecordedEvent): SetAside | 'known' | undefined {
    const before = this.#byKey.size === 0 ? undefined : this.#byKey.get(keyOf(event));
    if (before?.some(({ id }) => id === event.id)) return 'known';
    const reason = before?.[0] ? waitsFor(before[0]) : halfCharacter(event);
    if (reason === undefined) return undefined;
    const record = setAside(event, reason, 0);
    this.remember(record);
    return record;
  }
}

const waitsFor = ({ type, commit }: SetAside) => `waits for ${type} at ${commit}, which is set aside`;

function halfCharacter(event: RecordedEvent): string | undefined {
  const field = unkeepable(event);
  return field === undefined ? undefined : cannotKeep(field);
}
