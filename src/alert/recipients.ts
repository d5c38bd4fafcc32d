import { randomUUID } from 'node:crypto';
import { alertDecider, isLive, type AlertState } from '../domain/alert.js';
import type { AlertRequested } from '../domain/events.js';
import { WrongRevision, type EventStore, type Provenance } from '../log/event-store.js';
import { handle, load } from '../log/handle.js';
import { streams } from '../log/streams.js';

export interface Holder {
  alertId: string;
  state: AlertState;
}

/**
 * - `new`: this alert tells the phone, and nothing of it can have gone before.
 * - `old`: the same, but it was so before: the message may have gone already.
 * - `by`: another alert tells the phone, this one's person included.
 */
export type Claim = 'new' | 'old' | { by: string };

/**
 * Who tells a phone about a case. The alerts that did so, one after another, each opened the stream of their number
 * for this case and phone; the next number is free once the holder before it is no more. Several people of a phone are
 * told by one alert, which the others join.
 */
export class Recipients {
  constructor(private readonly store: EventStore) {}

  async claim(alert: AlertRequested['data'], phoneIndex: string, because: Provenance): Promise<Claim> {
    const { alertId, caseId, personId } = alert;
    for (let number = 0; ; number++) {
      if (await this.#open(alert, phoneIndex, number, because)) return 'new';
      const holder = await this.#holder(caseId, phoneIndex, number);
      if (holder === alertId) return 'old';
      if (holder === undefined) continue;
      const { state } = await handle(
        this.store,
        alertDecider,
        streams.alert(holder),
        { type: 'Join', alertId: holder, other: alertId, personId },
        because,
      );
      if (isLive(state) && state.joined.has(alertId)) return { by: holder };
    }
  }

  /** Every alert that told or was to tell the phone about the case, oldest first. */
  async holders(caseId: string, phoneIndex: string): Promise<Holder[]> {
    const holders: Holder[] = [];
    for (let number = 0; ; number++) {
      const alertId = await this.#holder(caseId, phoneIndex, number);
      if (alertId === undefined) return holders;
      const { state } = await load(this.store, alertDecider, streams.alert(alertId));
      holders.push({ alertId, state });
    }
  }

  /** Under which of these phones the alert has a claim, if any. */
  async claimOf({ alertId, caseId }: AlertRequested['data'], phones: readonly string[]): Promise<string | undefined> {
    for (const phoneIndex of phones) {
      for (let number = 0; ; number++) {
        const holder = await this.#holder(caseId, phoneIndex, number);
        if (holder === alertId) return phoneIndex;
        if (holder === undefined) break;
      }
    }
    return undefined;
  }

  async #open(
    { alertId, caseId }: AlertRequested['data'],
    phoneIndex: string,
    number: number,
    because: Provenance,
  ): Promise<boolean> {
    const event = { type: 'RecipientClaimed' as const, data: { alertId, caseId } };
    try {
      // An id of its own each time: success has to mean that the claim is new, not that it is an old one repeated.
      const claim = { id: randomUUID(), event, provenance: because };
      await this.store.append(streams.recipient(caseId, phoneIndex, number), [claim], 'no-stream');
      return true;
    } catch (error) {
      if (error instanceof WrongRevision) return false;
      throw error;
    }
  }

  async #holder(caseId: string, phoneIndex: string, number: number): Promise<string | undefined> {
    for await (const event of this.store.read(streams.recipient(caseId, phoneIndex, number))) {
      if (event.type === 'RecipientClaimed') return event.data.alertId;
    }
    return undefined;
  }
}
