import { dayOf } from '../kernel/instant.js';
import { pauseBefore } from '../work/queues.js';
import { type Message, OurFault, type Receipt, ReceiverFault, TheirFault, Uncertain } from '@truyvet/message-gateway';
import type { EventStore } from '../event-log/event-store.js';
import { keptDetail, keptReference } from './kept.js';
import { LoadedMessage, type Outgoing } from './loaded-message.js';
import type { MessageState } from './message.js';
import type { Purposes, Reported } from './purposes.js';
import { ProviderFailing, type Route, type Routes } from './routes.js';

/** What became of a message. */
export type Outcome =
  | {
      type: 'sent';
      provider: string;
      receipt: Receipt;
      /** What the network said of it already. */
      reported?: Reported;
    }
  /** The receiver can never get it. */
  | { type: 'refused'; provider: string; detail: string }
  /** It may have gone, nobody can say, and it is not to go twice. */
  | { type: 'uncertain'; provider: string; detail: string };

/** Another provider is to send the message: its job goes on in that one's queue. */
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

/** Another process may be handing the message over at this moment: to be looked at again. */
export class HandedOverElsewhere extends Error {
  override readonly name = 'HandedOverElsewhere';
}

/** Milliseconds that a provider has to answer. */
const ANSWER_WITHIN = 60_000;
/** Milliseconds after which nobody can still be handing a message over of which that is all that is known. */
export const SURELY_OVER = 90_000;
/** Milliseconds by which its clocks are ahead of UTC. */
const VIETNAM = 7 * 3_600_000;

export interface DispatcherParts {
  store: EventStore;
  routes: Routes;
  purposes: Purposes;
  now?: () => number;
  /** Throws while nothing may go, though all of it was noted before. */
  mayGo?: (() => Promise<void>) | undefined;
}

/**
 * Hands messages to providers, each once. With one provider that can be asked for messages by their ids that is all there
 * is to it. Otherwise the message's stream says beforehand through whom it may have gone, and that one is asked, or decides
 * by the ids it knows, before another is tried.
 */
export class Dispatcher {
  readonly #store: EventStore;
  readonly #routes: Routes;
  readonly #purposes: Purposes;
  readonly #now: () => number;
  readonly #mayGo: () => Promise<void>;

  constructor({ store, routes, purposes, now = Date.now, mayGo = () => Promise.resolve() }: DispatcherParts) {
    this.#store = store;
    this.#routes = routes;
    this.#purposes = purposes;
    this.#now = now;
    this.#mayGo = mayGo;
  }

  /**
   * @param about `write` is asked for the message when it is about to go, and not before; undefined sends nothing. It is told
   * whether one of the same id may have gone already, which then holds instead of this one. `old` says whether the message
   * may have been tried before.
   * @throws Elsewhere; any other error is to be followed by another attempt.
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
    // Before its first try nothing can have been noted.
    if (about.old) await message.read();
    const outcome = outcomeOf(message.state) ?? (await this.#tried(message, about));
    if (outcome) await this.#note(message, outcome, via);
    return outcome;
  }

  /** Once it is noted that a message went, what had been reported of it before is told: that report was too early. */
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
      throw new HandedOverElsewhere('another process hands the message over');
    }
    try {
      const receipt = await within(this.#routes.send(via, { id, ...written }));
      return sent(via.name, receipt);
    } catch (error) {
      const detail = keptDetail(error instanceof Error ? error.message : String(error));
      if (error instanceof ReceiverFault) return { type: 'refused', provider: via.name, detail };
      // A refusal says nothing of what went before, where only the provider's knowing the id keeps it from going twice.
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

  /** Whether what went there is in a file only, which is no delivery beside providers that reach people. */
  isFile(provider: string): boolean {
    return this.#routes.isFileOnly(provider);
  }

  /** A message that went, or may have gone, without whoever had it sent knowing; undefined where it did not. */
  async lost(outgoing: Outgoing): Promise<Outcome | undefined> {
    const message = await new LoadedMessage(this.#store, outgoing).read();
    const { status, failure } = message.state;
    if (status === 'undelivered' || failure?.reason === 'refused') return undefined;
    const known = outcomeOf(message.state);
    if (known?.type === 'sent') return known;
    const fate = await this.#fateOf(message, true);
    // That one would say whether it has it only by being given it again.
    if (fate?.type === 'known-to') return uncertain(fate.route.name);
    if (fate?.type === 'sent') await this.#note(message, fate);
    return fate;
  }

  /**
   * How it ended, where there are notes of it: before whoever had it sent says so, since what is known of a message is not
   * asked for again.
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

  /** What became of an attempt before this one; undefined when nothing went. */
  async #fateOf(
    { id, lastHandOver }: LoadedMessage,
    old: boolean,
  ): Promise<Outcome | { type: 'known-to'; route: Route } | undefined> {
    if (!lastHandOver) {
      // Without a note only a provider that needs none can have it; there may be others now.
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
   * Of one that only recognises what it has it must be known, too, that the text of this moment may not be the one that
   * went, and that something may have to be taken back.
   */
  #notes({ provider }: Route): boolean {
    return this.#routes.all.length > 1 || !provider.knows.fates;
  }

  /** Whether a message is to be tried here: not where it was refused a moment ago, or everything is. */
  #checkRoute({ name }: Route, refusedBy: readonly string[]): void {
    const refused = refusedBy.at(-1) === name;
    const failing = this.#routes.isOpen(name);
    if (!refused && !failing) return;
    const other = this.#routes.next([name]);
    if (other) throw new Elsewhere(other.name, refused ? pauseBefore(refusedBy.length) : 0);
    if (failing) throw new ProviderFailing(name);
  }
}

/** Of a message that is over; undefined while it is to go. */
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

/** In Viet Nam, in milliseconds. */
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
