import { dayOf } from '../kernel/instant.js';
import { pauseBefore } from '../work/queues.js';
import { type Message, OurFault, type Receipt, ReceiverFault, TheirFault, Uncertain } from '@truyvet/message-gateway';
import type { EventStore } from '../event-log/event-store.js';
import { keptDetail, keptReference } from './kept.js';
import { LoadedMessage, type Outgoing } from './loaded-message.js';
import type { MessageState } from './message.js';
import type { Purposes, Reported } from './purposes.js';
import { ProviderFailing, type Route, type Routes } from './routes.js';

/** The outcome of a message. */
export type Outcome =
  | {
      type: 'sent';
      provider: string;
      receipt: Receipt;
      /** What the network has already reported about it. */
      reported?: Reported;
    }
  /** The receiver can never get it. */
  | { type: 'refused'; provider: string; detail: string }
  /** It may have been sent, nobody knows, and it must not be sent twice. */
  | { type: 'uncertain'; provider: string; detail: string };

/** Another provider has to send the message: its job moves to that provider's queue. */
export class Elsewhere extends Error {
  override readonly name = 'Elsewhere';

  constructor(
    readonly route: string,
    /** Milliseconds. */
    readonly delay = 0,
  ) {
    super(`to be sent through ${route}`);
  }
}

/** Another process may be giving the message to a provider at this moment: to be tried again later. */
export class HandedOverElsewhere extends Error {
  override readonly name = 'HandedOverElsewhere';
}

/** Milliseconds within which a provider has to answer. */
const ANSWER_WITHIN = 60_000;
/** Milliseconds after which a hand-over without a recorded result is certainly over. */
export const SURELY_OVER = 90_000;
/** Milliseconds by which Viet Nam's clocks are ahead of UTC. */
const VIETNAM = 7 * 3_600_000;

export interface DispatcherMeans {
  store: EventStore;
  routes: Routes;
  purposes: Purposes;
  now?: () => number;
  /** Throws while nothing may be sent, even if everything was recorded before. */
  mayGo?: (() => Promise<void>) | undefined;
}

/**
 * Gives each message to a provider once. A single provider that can be asked for messages by their ids needs nothing
 * more. Otherwise the message's stream records beforehand which provider may have sent it, and that one is asked, or
 * recognises the id, before another is tried.
 */
export class Dispatcher {
  readonly #store: EventStore;
  readonly #routes: Routes;
  readonly #purposes: Purposes;
  readonly #now: () => number;
  readonly #mayGo: () => Promise<void>;

  constructor({ store, routes, purposes, now = Date.now, mayGo = () => Promise.resolve() }: DispatcherMeans) {
    this.#store = store;
    this.#routes = routes;
    this.#purposes = purposes;
    this.#now = now;
    this.#mayGo = mayGo;
  }

  /**
   * Sends a message, unless its outcome is known already.
   * @param about `write` returns the message and is called only when it is about to be sent; undefined sends nothing.
   * Its argument says whether a message with the same id may have been sent already, which then counts instead of this
   * one. `old` says whether the message may have been tried before.
   * @returns the outcome; undefined if there was nothing to send.
   * @throws Elsewhere when another provider has to send it; any other error has to be followed by another attempt.
   */
  async send(
    about: Outgoing & {
      via: Route;
      old: boolean;
      write: (again: boolean) => Promise<Omit<Message, 'id'> | undefined>;
    },
  ): Promise<Outcome | undefined> {
    const { via } = about;
    this.#purposes.of(about.due.purpose);
    const message = new LoadedMessage(this.#store, about);
    // Nothing can have been recorded before the first try.
    if (about.old) await message.read();
    const outcome = outcomeOf(message.state) ?? (await this.#tried(message, about));
    if (outcome) await this.#note(message, outcome, via);
    return outcome;
  }

  /** Passes on a report that came too early, once it is recorded that the message was sent. */
  async tellReported({ due }: Outgoing, outcome: Outcome): Promise<void> {
    if (outcome.type !== 'sent' || !outcome.reported) return;
    await this.#purposes.of(due.purpose).reported(this.#store, due.about, outcome.reported);
  }

  async #tried(
    message: LoadedMessage,
    { via, old, write }: Parameters<Dispatcher['send']>[0],
  ): Promise<Outcome | undefined> {
    const { id } = message;
    const { refusedBy } = message.state;
    const before = await this.#fateOf(message, old);
    if (before?.type === 'sent') return before;
    if (before?.type === 'known-to') {
      if (before.route.name !== via.name) throw new Elsewhere(before.route.name);
    } else if (before?.type === 'uncertain') {
      const route = this.#routes.find(before.provider);
      if (route?.whenUncertain !== 'at-least-once') return before;
    }
    if (before?.type !== 'known-to') this.#checkRoute(via, refusedBy);
    const written = await write(before !== undefined);
    if (!written) return undefined;
    await this.#mayGo();
    const notes = this.#notes(via);
    if (notes && !(await message.handOver(via.name))) {
      throw new HandedOverElsewhere('another process is giving the message to a provider');
    }
    try {
      const receipt = await within(this.#routes.send(via, { id, ...written }));
      return sent(via.name, receipt);
    } catch (error) {
      const detail = keptDetail(error instanceof Error ? error.message : String(error));
      if (error instanceof ReceiverFault) return { type: 'refused', provider: via.name, detail };
      // A refusal says nothing about an earlier attempt if only the provider's knowledge of the id prevents sending
      // twice.
      const refused = before === undefined && (error instanceof TheirFault || error instanceof OurFault);
      if (notes) {
        const ended = {
          messageId: id,
          provider: via.name,
          outcome: refused ? 'refused' : 'uncertain',
          detail,
        } as const;
        await message.record({ type: 'EndHandOver', data: ended });
      }
      const other = refused && this.#routes.next([via.name, ...refusedBy]);
      if (other) throw new Elsewhere(other.name);
      throw error;
    }
  }

  /** Whether a provider only writes messages to a file, which is not delivery if other providers reach people. */
  isFile(provider: string): boolean {
    return this.#routes.isFileOnly(provider);
  }

  /** The outcome of a message that was sent, or may have been, without its sender knowing; undefined if it was not. */
  async lost(outgoing: Outgoing): Promise<Outcome | undefined> {
    const message = await new LoadedMessage(this.#store, outgoing).read();
    const { status, failure } = message.state;
    if (status === 'undelivered' || failure?.reason === 'refused') return undefined;
    const known = outcomeOf(message.state);
    if (known?.type === 'sent') return known;
    const fate = await this.#fateOf(message, true);
    // That provider could tell whether it has the message only by being given it again.
    if (fate?.type === 'known-to') return uncertain(fate.route.name);
    if (fate?.type === 'sent') await this.#note(message, fate);
    return fate;
  }

  /**
   * Records the outcome if hand-overs of the message are recorded. This comes before its sender records it, since a
   * provider is not asked again about a message whose outcome is known.
   */
  async #note(message: LoadedMessage, outcome: Outcome, via?: Route): Promise<void> {
    const { due } = message;
    if (!message.isNoted && !(via && this.#notes(via))) return;
    const { provider } = outcome;
    if (outcome.type === 'sent') {
      await message.record({ type: 'MarkSent', due, provider, reference: outcome.receipt.reference });
    } else {
      await message.record({ type: 'Fail', due, provider, reason: outcome.type, detail: outcome.detail });
    }
  }

  /** The outcome of an earlier attempt; undefined if nothing was sent. */
  async #fateOf(
    { id, lastHandOver }: LoadedMessage,
    old: boolean,
  ): Promise<Outcome | { type: 'known-to'; route: Route } | undefined> {
    if (!lastHandOver) {
      // Without a record, only a provider that needs none can have the message; there may be other providers now.
      for (const { name, provider } of old ? this.#routes.all : []) {
        const receipt = provider.knows.fates ? await provider.wasSent(id) : undefined;
        if (receipt) return sent(name, receipt);
      }
      return undefined;
    }
    const { provider: name, over, at } = lastHandOver;
    if (!over && this.#now() - at < SURELY_OVER) {
      throw new HandedOverElsewhere(`it may be on its way to ${name} at this moment`);
    }
    const route = this.#routes.find(name);
    if (route?.provider.knows.fates) {
      const receipt = await route.provider.wasSent(id);
      return receipt && sent(name, receipt);
    }
    const { repeats = false, ofTheDay = false } = route?.provider.knows ?? {};
    const forgotten = ofTheDay && !isSameDay(at, this.#now());
    if (route && repeats && !forgotten) return { type: 'known-to', route };
    return uncertain(name);
  }

  /**
   * Whether hand-overs to this provider are recorded. A provider that only recognises repeats needs that too: the text
   * of this moment may not be the one that was sent, and something may have to be taken back.
   */
  #notes({ provider }: Route): boolean {
    return this.#routes.all.length > 1 || !provider.knows.fates;
  }

  /**
   * Checks that a message may be tried here: not if it was just refused here, or if this provider gets no messages now.
   * @throws Elsewhere when another provider can be used instead, ProviderFailing when none can.
   */
  #checkRoute({ name }: Route, refusedBy: readonly string[]): void {
    const refused = refusedBy.at(-1) === name;
    const failing = this.#routes.isOpen(name);
    if (!refused && !failing) return;
    const other = this.#routes.next([name]);
    if (other) throw new Elsewhere(other.name, refused ? pauseBefore(refusedBy.length) : 0);
    if (failing) throw new ProviderFailing(name);
  }
}

/** The outcome of a finished message; undefined while it still has to be sent. */
function outcomeOf({ sent: by, failure, reported }: MessageState): Outcome | undefined {
  if (by) {
    const { provider, reference } = by;
    return { type: 'sent', provider, receipt: { reference }, ...(reported && { reported: { ...reported, provider } }) };
  }
  return failure ? { type: failure.reason, provider: failure.provider, detail: failure.detail } : undefined;
}

function sent(provider: string, { reference }: Receipt): Outcome & { type: 'sent' } {
  return { type: 'sent', provider, receipt: { reference: keptReference(reference) } };
}

function uncertain(provider: string): Outcome {
  return { type: 'uncertain', provider, detail: 'it may have gone, and nobody can be asked' };
}

/** Whether two instants, in milliseconds, are on the same day in Viet Nam. */
function isSameDay(one: number, other: number): boolean {
  const day = (at: number) => dayOf((at + VIETNAM) / 1_000);
  return day(one) === day(other);
}

async function within<T>(sending: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Uncertain('the provider did not answer in time')), ANSWER_WITHIN);
  });
  try {
    return await Promise.race([sending, late]);
  } finally {
    clearTimeout(timer);
  }
}
