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
import type { EventStore, LogEnd, MarkedLog, Provenance } from './event-store.js';
import { handle } from './handle.js';
import { KnownStream } from './known-stream.js';

/** The interval between two checks of a running process, in milliseconds. */
const EVERY = 2_000;

/** No new data is accepted: this process' clock contradicts the log, and nobody has confirmed it. */
export class ClockInDoubt extends Refused {
  /** @param told whether the person who runs this process was already told why. */
  constructor(
    doubt: string,
    readonly told: boolean,
  ) {
    super(CLOCK_IN_DOUBT, doubt);
    this.name = 'ClockInDoubt';
  }
}

/**
 * Compares the clock with the log's last event, and with its own time a moment ago. It uses only the log and what this
 * process saw, so that all processes come to the same result.
 */
export class ClockGuard {
  readonly #confirmations: Pick<KnownStream<ClockConfirmed, ClockState>, 'load'>;
  #state = clockDecider.initialState;
  #seen: ClockSeen | undefined;
  #doubt: Doubt | undefined;
  /** The clock's time at the last check without doubt, in milliseconds; null before the first. */
  #lookedAt: number | null = null;
  #told = false;
  #looking: Promise<Doubt | undefined> | undefined;

  constructor(
    private readonly log: EventStore & Pick<MarkedLog, 'end'>,
    private readonly now: Now,
    /** The time zone for times in messages. */
    private readonly zone: string,
  ) {
    this.#confirmations = new KnownStream(log, clockDecider, clockStream());
  }

  /** Forgets the last event, since the log was replaced by another one. */
  forget(): void {
    this.#seen = undefined;
  }

  /** The doubt at the last check, if there was any. */
  get doubt(): Doubt | undefined {
    return this.#doubt;
  }

  /** Checks the clock against the log; simultaneous callers share one check. */
  look(): Promise<Doubt | undefined> {
    this.#looking ??= this.#look().finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  /** Starts a new check: a running one may have read the log before the caller's change. */
  async #lookAnew(): Promise<Doubt | undefined> {
    // The caller that started it gets its error.
    await this.#looking?.catch(() => undefined);
    return this.look();
  }

  /** The result of a check, for people and programs; times are ISO instants. */
  async shown(): Promise<{ clock: string; lastEvent: string | null; doubt: Doubt | undefined; says: string | null }> {
    const doubt = await this.look();
    const { clockAt, lastEventAt } = this.#seen ?? { clockAt: this.now(), lastEventAt: null };
    const text = (milliseconds: number) => new Date(milliseconds).toISOString();
    const last = lastEventAt === null ? null : text(lastEventAt - this.#state.logAhead);
    return { clock: text(clockAt), lastEvent: last, doubt, says: doubt ? this.describe(doubt) : null };
  }

  /**
   * Returns at once while the clock runs on normally. Checks the log when it does not, and on each call while in doubt,
   * so that a confirmation takes effect at once.
   * @throws ClockInDoubt
   */
  async require(): Promise<void> {
    if (!this.#doubt && !this.#isSuspicious()) return;
    const doubt = await this.look();
    if (doubt) throw new ClockInDoubt(this.describe(doubt), this.#told);
  }

  /** Tells the person who runs this process about a doubt, if there is one. */
  async tell(say: (line: string) => void): Promise<void> {
    const doubt = await this.look();
    if (!doubt) return;
    this.#told = true;
    say(this.describe(doubt));
  }

  /**
   * Records that a person confirmed the clock; from then on all processes use it.
   * @returns whether there was a doubt.
   */
  async confirm({ reason }: { reason: string }, provenance: Provenance): Promise<boolean> {
    await this.#lookAnew();
    const seen = this.#seen;
    if (!seen) return false;
    const command = { type: 'Confirm' as const, seen, confirmations: this.#state.confirmations, reason };
    const { appended } = await handle(this.log, clockDecider, clockStream(), command, provenance).catch(orLogAhead);
    if (appended) await this.#lookAnew();
    return appended !== undefined;
  }

  /** Describes a doubt in two sentences. */
  describe({ direction, clockAt, knownAt, knownBy }: Doubt): string {
    const time = (at: number) => timeForPeople(new Date(at).toISOString(), this.zone);
    const what = knownBy === 'log' ? 'the last event of the log' : 'its own time a moment ago';
    const side = direction === 'ahead' ? 'later' : 'earlier';
    return (
      `The clock is in doubt: it says ${time(clockAt)}, ${lasting(Math.abs(clockAt - knownAt))} ${side} than ${what} ` +
      `(${time(knownAt)}). No new data is accepted and no messages are sent until that is settled.`
    );
  }

  /** Checks every few seconds, and reports when a doubt appears or ends. */
  async watch(options: {
    say: (doubt: string | null) => void;
    onError: (error: unknown) => void;
    signal: AbortSignal;
    /** The interval between two checks, in milliseconds. */
    every?: number;
  }): Promise<void> {
    const { say, onError, signal, every = EVERY } = options;
    let reported = this.#doubt !== undefined;
    while (!signal.aborted) {
      try {
        const doubt = await this.look();
        if (reported !== (doubt !== undefined)) say(doubt ? this.describe(doubt) : null);
        reported = doubt !== undefined;
      } catch (error) {
        // The log is unavailable: the last result stays valid.
        if (!signal.aborted) onError(error);
      }
      await delay(every, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Whether the clock would be in doubt if the log had no newer event. */
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

  /** Falls back to the last event seen: a server that writes only its own statistics for hours hides that event. */
  #lastEventAt(end: LogEnd | undefined): number | null {
    if (end === undefined) return null;
    return end.recordedAt?.getTime() ?? this.#seen?.lastEventAt ?? null;
  }
}

/**
 * An append carries a deadline by this machine's clock. For a server whose clock is ahead, that deadline has passed.
 */
function orLogAhead(error: unknown): never {
  if (!(error instanceof Error && 'type' in error && error.type === 'deadline-exceeded')) throw error;
  throw new UserError(
    'The log accepts no appends: by the clock of its server, each one comes too late, or the server is overloaded.',
    'Compare the clocks of the two machines, and correct the wrong one.',
  );
}

/** Such as "8 days" or "26 hours". */
function lasting(milliseconds: number): string {
  const hours = Math.floor(milliseconds / 3_600_000);
  return hours < 48 ? `${hours} hours` : `${Math.floor(hours / 24)} days`;
}
