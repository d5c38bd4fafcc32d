import { allowanceStream } from './events.js';
import { DateTime } from 'luxon';
import { allowanceDecider, type AllowanceState, type MessageContent } from './phone-allowance.js';
import type { EventStore, Provenance } from '../event-log/event-store.js';
import { handle, load, type Loaded } from '../event-log/handle.js';
import type { Now } from '../platform/clock.js';

export interface AllowanceSettings {
  /** The time zone by whose days messages are counted. */
  zone: string;
  now: Now;
  /** Messages for one phone and day at most. */
  phoneDaily: number;
  /** Minute of the day from which messages that had to wait are sent. */
  morning: number;
}

/** Days that a message may be on its way; after that nobody looks for what it said. */
const DAYS_BACK = 3;

/** Keeps a phone from getting more messages on a day than anybody reads. */
export class Allowance {
  constructor(
    private readonly store: EventStore,
    private readonly settings: AllowanceSettings,
  ) {}

  /**
   * Whether a message may be sent to a phone today; one that was allowed already stays allowed, however often it asks.
   */
  async take(
    phoneIndex: string,
    { messageId, said = null }: { messageId: string; said?: MessageContent | null },
    because: Provenance,
  ): Promise<boolean> {
    const take = { type: 'Take' as const, messageId, said, most: this.settings.phoneDaily };
    const stream = allowanceStream(phoneIndex, dayOf(this.#now()));
    // Most phones get one message a day, so the first try assumes that this is it: the append fails if it is not.
    let expected: Loaded<AllowanceState> | undefined = { state: allowanceDecider.initialState, revision: -1 };
    const read = () => {
      const loaded = expected;
      expected = undefined;
      return loaded ? Promise.resolve(loaded) : load(this.store, allowanceDecider, stream);
    };
    const { state } = await handle(this.store, allowanceDecider, stream, take, because, read);
    return state.has(messageId);
  }

  /** What a message said that was sent a moment ago, or before a crash; null if that is not known. */
  async wordOf(phoneIndex: string, messageId: string): Promise<MessageContent | null> {
    for (let daysAgo = 0; daysAgo <= DAYS_BACK; daysAgo++) {
      const stream = allowanceStream(phoneIndex, dayOf(this.#now().minus({ days: daysAgo })));
      const { state } = await load(this.store, allowanceDecider, stream);
      const said = state.get(messageId);
      if (said) return said;
    }
    return null;
  }

  /**
   * Whether a message that has waited since `at`, in milliseconds, is due: it is the morning of a later day, or after
   * it.
   */
  isMorningAfter(at: number): boolean {
    const { zone, morning } = this.settings;
    const now = this.#now();
    const day = DateTime.fromMillis(at, { zone }).startOf('day');
    return now.startOf('day') > day && now.hour * 60 + now.minute >= morning;
  }

  #now(): DateTime {
    return DateTime.fromMillis(this.settings.now(), { zone: this.settings.zone });
  }
}

function dayOf(at: DateTime): string {
  return at.toISODate() ?? '';
}
