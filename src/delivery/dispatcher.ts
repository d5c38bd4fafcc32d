import { dayOf } from '../kernel/instant.js';
import { pauseBefore } from '../work/queues.js';
import { type Message, OurFault, type Receipt, ReceiverFault, TheirFault, Uncertain } from '@truyvet/message-gateway';
import { keptDetail, keptReference } from './kept.js';
import { LeftAlone, type Route, type Routes } from './routes.js';

/** What the log says of the handing over of one message. */
export interface Noted {
  /** To whom it was handed last, when (milliseconds), and whether that is known to be over; null when to nobody. */
  handOver: { provider: string; over: boolean; at: number } | null;
  /** How often it, or another message of the same stream, was handed over. */
  handOvers: number;
  /** Providers that did not take it. */
  refusedBy: readonly string[];
}

/** One message, and where the log notes through whom it may have gone. */
export interface Noting {
  /** The same whenever it is tried, whoever sends it, and told apart by every provider. */
  readonly messageId: string;
  /** As far as it was read. */
  noted(): Noted;
  /** What others noted meanwhile included. */
  load(): Promise<Noted>;
  /** @param after how many hand-overs were known. @returns false when another process was faster. */
  handOver(provider: string, after: number): Promise<boolean>;
  endHandOver(provider: string, outcome: 'refused' | 'uncertain', detail: string): Promise<void>;
}

/** What became of a message. */
export type Outcome =
  | { type: 'sent'; provider: string; receipt: Receipt }
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

/**
 * Hands messages to providers, each once. With one provider that can be asked for messages by their ids that is all there
 * is to it. Otherwise the log says beforehand through whom a message may have gone, and that one is asked, or decides by
 * the ids it knows, before another is tried.
 */
export class Dispatcher {
  constructor(
    private readonly routes: Routes,
    private readonly now: () => number = Date.now,
    /** Throws while nothing may go, though all of it was noted before. */
    private readonly mayGo: () => Promise<void> = () => Promise.resolve(),
  ) {}

  /**
   * @param message asked for when it is about to go, and not before; undefined sends nothing. `again` where one of its
   * id may have gone already, which then holds instead of this one.
   * @param old whether the message may have gone before without a note.
   * @throws Elsewhere; any other error is to be followed by another attempt.
   */
  async send(about: {
    noting: Noting;
    via: Route;
    old: boolean;
    message: (again: boolean) => Promise<Omit<Message, 'id'> | undefined>;
  }): Promise<Outcome | undefined> {
    const { noting, via } = about;
    const id = noting.messageId;
    // Before its first try nothing can have been noted.
    const noted = about.old ? await noting.load() : noting.noted();
    const before = await this.#fateOf(noted, id, about.old);
    if (before?.type === 'sent') return before;
    if (before?.type === 'known-to') {
      if (before.route.name !== via.name) throw new Elsewhere(before.route.name);
    } else if (before?.type === 'uncertain') {
      const route = this.routes.find(before.provider);
      if (route?.whenUncertain !== 'at-least-once') return before;
    }
    if (before?.type !== 'known-to') this.#checkRoute(via, noted.refusedBy);
    const message = await about.message(before !== undefined);
    if (!message) return undefined;
    await this.mayGo();
    const notes = this.#notes(via);
    if (notes && !(await noting.handOver(via.name, noted.handOvers))) {
      throw new HandedOverElsewhere('another process hands the message over');
    }
    try {
      const receipt = await within(this.routes.send(via, { id, ...message }));
      return sent(via.name, receipt);
    } catch (error) {
      if (error instanceof ReceiverFault)
        return { type: 'refused', provider: via.name, detail: keptDetail(error.message) };
      // A refusal says nothing of what went before, where only the provider's knowing the id keeps it from going twice.
      const refused = before === undefined && (error instanceof TheirFault || error instanceof OurFault);
      const detail = keptDetail(error instanceof Error ? error.message : String(error));
      if (notes) await noting.endHandOver(via.name, refused ? 'refused' : 'uncertain', detail);
      const other = refused && this.routes.next([via.name, ...noted.refusedBy]);
      if (other) throw new Elsewhere(other.name);
      throw error;
    }
  }

  /** Whether what went there is in a file only, which is no delivery beside providers that reach people. */
  isFile(provider: string): boolean {
    return this.routes.isFileOnly(provider);
  }

  /** A message that went, or may have gone, without that being noted; undefined where it did not. */
  async lost(noting: Noting): Promise<Outcome | undefined> {
    const fate = await this.#fateOf(noting.noted(), noting.messageId, true);
    // That one would say whether it has it only by being given it again.
    if (fate?.type === 'known-to') return uncertain(fate.route.name);
    return fate;
  }

  /** What became of an attempt before this one; undefined when nothing went. */
  async #fateOf(
    { handOver }: Noted,
    id: string,
    old: boolean,
  ): Promise<Outcome | { type: 'known-to'; route: Route } | undefined> {
    if (!handOver) {
      // Without a note only a provider that needs none can have it; there may be others now.
      for (const { name, provider } of old ? this.routes.all : []) {
        const receipt = provider.knows.fates ? await provider.wasSent(id) : undefined;
        if (receipt) return sent(name, receipt);
      }
      return undefined;
    }
    const { provider: name, over, at } = handOver;
    if (!over && this.now() - at < SURELY_OVER) {
      throw new HandedOverElsewhere(`it may be on its way to ${name} at this moment`);
    }
    const route = this.routes.find(name);
    if (route?.provider.knows.fates) {
      const receipt = await route.provider.wasSent(id);
      return receipt && sent(name, receipt);
    }
    const { repeats = false, ofTheDay = false } = route?.provider.knows ?? {};
    const forgotten = ofTheDay && !isSameDay(at, this.now());
    if (route && repeats && !forgotten) return { type: 'known-to', route };
    return uncertain(name);
  }

  /**
   * Of one that only recognises what it has it must be known, too, that the text of this moment may not be the one that
   * went, and that something may have to be taken back.
   */
  #notes({ provider }: Route): boolean {
    return this.routes.all.length > 1 || !provider.knows.fates;
  }

  /** Whether a message is to be tried here: not where it was refused a moment ago, or everything is. */
  #checkRoute({ name }: Route, refusedBy: readonly string[]): void {
    const refused = refusedBy.at(-1) === name;
    const leftAlone = this.routes.isOpen(name);
    if (!refused && !leftAlone) return;
    const other = this.routes.next([name]);
    if (other) throw new Elsewhere(other.name, refused ? pauseBefore(refusedBy.length) : 0);
    if (leftAlone) throw new LeftAlone(name);
  }
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
