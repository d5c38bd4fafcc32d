import { type ClockConfirmed, clockStream } from './events.js';
import { setTimeout as delay } from 'node:timers/promises';
import {
  clockDecider,
  doubtOf,
  MOST_AHEAD,
  MOST_BEHIND,
  type ClockSeen,
  type ClockState,
  type Doubt,
} from './clock.js';
import { Refused, UserError } from '../kernel/errors.js';
import { CLOCK_IN_DOUBT } from './problems.js';
import type { Now } from '../platform/clock.js';
import { timeForPeople } from '../platform/times.js';
import { type EventStore, type LogEnd, type MarkedLog, type Provenance, saidBy } from './event-store.js';
import { handle } from './handle.js';
import { KnownStream } from './known-stream.js';

/** Milliseconds between two looks of a process that runs. */
const EVERY = 2_000;

/** Nothing new is taken: this process' clock contradicts the log, and nobody has confirmed it. */
export class ClockInDoubt extends Refused {
  /** @param told whether whoever runs this process was told why already. */
  constructor(
    doubt: string,
    readonly told: boolean,
  ) {
    super(CLOCK_IN_DOUBT, doubt);
    this.name = 'ClockInDoubt';
  }
}

/**
 * Compares the clock with the log's last event, and with what it said itself a moment ago. It knows nothing that is not in
 * the log or seen by this process, so that all processes come to the same.
 */
export class ClockGuard {
  readonly #confirmations: Pick<KnownStream<ClockConfirmed, ClockState>, 'load'>;
  #state = clockDecider.initialState;
  #seen: ClockSeen | undefined;
  #doubt: Doubt | undefined;
  /** What the clock said when nothing was in doubt, as of the last look; null before the first. */
  #lookedAt: number | null = null;
  #told = false;
  #looking: Promise<Doubt | undefined> | undefined;

  constructor(
    private readonly log: EventStore & Pick<MarkedLog, 'end'>,
    private readonly now: Now,
    /** In which times are shown. */
    private readonly zone: string,
  ) {
    this.#confirmations = new KnownStream(log, clockDecider, clockStream());
  }

  /** The log is another one: of the former's last event it says nothing. */
  forget(): void {
    this.#seen = undefined;
  }

  /** As of the last look. */
  get doubt(): Doubt | undefined {
    return this.#doubt;
  }

  /** Looks at clock and log; those who ask at once share one look. */
  look(): Promise<Doubt | undefined> {
    this.#looking ??= this.#look().finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  /** The same by a look that begins now: one that is under way may have read the log before what it is asked about. */
  async #lookAnew(): Promise<Doubt | undefined> {
    // What it fails with, whoever began it hears.
    await this.#looking?.catch(() => undefined);
    return this.look();
  }

  /** What the last look saw, for people and programs. */
  async shown(): Promise<{ clock: string; lastEvent: string | null; doubt: Doubt | undefined; says: string | null }> {
    const doubt = await this.look();
    const { clockAt, lastEventAt } = this.#seen ?? { clockAt: this.now(), lastEventAt: null };
    const text = (milliseconds: number) => new Date(milliseconds).toISOString();
    const last = lastEventAt === null ? null : text(lastEventAt - this.#state.logAhead);
    return { clock: text(clockAt), lastEvent: last, doubt, says: doubt ? this.describe(doubt) : null };
  }

  /**
   * Returns at once while the clock goes on from where it was; looks at the log where it does not, and again whenever it is
   * asked while in doubt, so that a confirmation holds at once.
   * @throws ClockInDoubt
   */
  async require(): Promise<void> {
    if (!this.#doubt && !this.#isSuspicious()) return;
    const doubt = await this.look();
    if (doubt) throw new ClockInDoubt(this.describe(doubt), this.#told);
  }

  /** Says to whoever runs this process what is in doubt, if anything is. */
  async tell(say: (line: string) => void): Promise<void> {
    const doubt = await this.look();
    if (!doubt) return;
    this.#told = true;
    say(this.describe(doubt));
  }

  /**
   * Somebody says that the clock is right: from then on all processes go by it.
   * @returns whether anything was in doubt.
   */
  async confirm({ by, reason }: { by: string; reason: string }, provenance: Provenance): Promise<boolean> {
    await this.#lookAnew();
    const seen = this.#seen;
    if (!seen) return false;
    const command = { type: 'Confirm' as const, seen, confirmations: this.#state.confirmations, reason };
    const { appended } = await handle(this.log, clockDecider, clockStream(), command, saidBy(provenance, by)).catch(
      orLogAhead,
    );
    if (appended) await this.#lookAnew();
    return appended !== undefined;
  }

  /** In a sentence or two. */
  describe({ direction, clockAt, knownAt, knownBy }: Doubt): string {
    const time = (at: number) => timeForPeople(new Date(at).toISOString(), this.zone);
    const what = knownBy === 'log' ? 'the last event of the log' : 'it said a moment ago';
    const side = direction === 'ahead' ? 'later' : 'earlier';
    return (
      `The clock is in doubt: it says ${time(clockAt)}, ${lasting(Math.abs(clockAt - knownAt))} ${side} than ${what} ` +
      `(${time(knownAt)}). Nothing new is taken and nobody is told anything until that is settled.`
    );
  }

  /** Looks every few seconds, and says when doubt comes and goes. */
  async watch(options: {
    say: (doubt: string | null) => void;
    onError: (error: unknown) => void;
    signal: AbortSignal;
    /** Milliseconds between two looks. */
    every?: number;
  }): Promise<void> {
    const { say, onError, signal, every = EVERY } = options;
    let said = this.#doubt !== undefined;
    while (!signal.aborted) {
      try {
        const doubt = await this.look();
        if (said !== (doubt !== undefined)) say(doubt ? this.describe(doubt) : null);
        said = doubt !== undefined;
      } catch (error) {
        // The log is away: what was known last holds.
        if (!signal.aborted) onError(error);
      }
      await delay(every, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Whether the clock is anywhere where it would be in doubt if the log held nothing newer. */
  #isSuspicious(): boolean {
    const last = this.#seen?.lastEventAt;
    const event = last == null ? -Infinity : last - this.#state.logAhead;
    const known = Math.max(event, this.#lookedAt ?? -Infinity);
    const now = this.now();
    return now < known - MOST_BEHIND || now > known + MOST_AHEAD;
  }

  async #look(): Promise<Doubt | undefined> {
    this.#state = (await this.#confirmations.load()).state;
    const end = await this.log.end();
    const seen = {
      clockAt: this.now(),
      lastEventAt: this.#lastEventAt(end),
      lookedAt: this.#lookedAt,
    };
    this.#seen = seen;
    this.#doubt = doubtOf(seen, this.#state);
    if (!this.#doubt) this.#lookedAt = seen.clockAt;
    return this.#doubt;
  }

  /** A server that writes nothing but its own statistics for hours hides the last event, which was there all the same. */
  #lastEventAt(end: LogEnd | undefined): number | null {
    if (end === undefined) return null;
    return end.recordedAt?.getTime() ?? this.#seen?.lastEventAt ?? null;
  }
}

/** Each append names a deadline by the clock of this machine, which for a server with a later one is over already. */
function orLogAhead(error: unknown): never {
  if (!(error instanceof Error && 'type' in error && error.type === 'deadline-exceeded')) throw error;
  throw new UserError(
    'The log takes nothing of this machine: by the clock of its server each append comes too late, or it is overloaded.',
    'Compare the clocks of the two machines, and set the wrong one right.',
  );
}

/** As in "8 days" or "26 hours". */
function lasting(milliseconds: number): string {
  const hours = Math.floor(milliseconds / 3_600_000);
  return hours < 48 ? `${hours} hours` : `${Math.floor(hours / 24)} days`;
}
