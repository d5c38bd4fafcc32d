import {
  circuitBreaker,
  CircuitState,
  handleWhen,
  isBrokenCircuitError,
  SamplingBreaker,
  type CircuitBreakerPolicy,
} from 'cockatiel';
import { type Message, type Receipt, ReceiverFault, type SmsProvider, TheirFault } from '@truyvet/message-gateway';

/** How a provider is used. */
export interface Route {
  name: string;
  provider: SmsProvider;
  /** Messages a second at most, across all processes; null sets no limit. */
  perSecond: number | null;
  /**
   * For a provider that neither recognises repeats nor can be asked: whether a message that may have been sent is left
   * to a visit or sent again.
   */
  whenUncertain: 'at-most-once' | 'at-least-once';
  /** It writes messages to a file, which reaches nobody by itself. */
  file?: boolean;
}

/** The providers that operators paused. */
export interface Paused {
  all: boolean;
  providers: ReadonlySet<string>;
}

/** Minimum messages within the window; if more than half of them fail, the provider is not used for a while. */
const VOLUME = 10;
/** Milliseconds, as is `OPEN_FOR`. */
const WINDOW = 10_000;
const OPEN_FOR = 30_000;

/** A provider kept failing, so it gets no messages for a while. */
export class ProviderFailing extends TheirFault {
  constructor(provider: string) {
    super(`${provider} failed too often and is not used for a while`);
  }
}

/** What this process knows about a provider from the messages that it gave to it. */
interface Circuit {
  breaker: CircuitBreakerPolicy;
  /**
   * When it last opened, by the clock of the breaker, which tries the provider again with the first message after a
   * while.
   */
  openedAt: number;
  /** When the provider last accepted a message, in milliseconds as well; 0 before the first. */
  takenAt: number;
}

/** The providers of an installation in order of preference, each with a circuit that opens when it keeps failing. */
export class Routes {
  readonly #circuits: ReadonlyMap<string, Circuit>;
  #paused: Paused = { all: false, providers: new Set() };

  constructor(readonly all: readonly [Route, ...Route[]]) {
    this.#circuits = new Map(all.map(({ name }) => [name, circuitOf()]));
  }

  find(name: string): Route | undefined {
    return this.all.find((route) => route.name === name);
  }

  /** Whether messages through this provider reach nobody, although other providers that reach people are configured. */
  isFileOnly(name: string): boolean {
    return this.find(name)?.file === true && this.all.some(({ file }) => !file);
  }

  /** Sets the providers that operators paused. */
  pause(paused: Paused): void {
    this.#paused = paused;
  }

  /** Whether an operator paused this provider. */
  isPaused(name: string): boolean {
    return this.#paused.all || this.#paused.providers.has(name);
  }

  /** Whether all providers are paused, so that messages wait for an operator. */
  get waiting(): boolean {
    return this.all.every(({ name }) => this.isPaused(name));
  }

  /** The first provider that can be used now, of those not tried yet. */
  next(tried: readonly string[] = []): Route | undefined {
    return this.all.find(({ name }) => !tried.includes(name) && this.isOpen(name) === false);
  }

  /** The provider to whose queue new messages are added. */
  get preferred(): Route {
    return this.next() ?? this.all[0];
  }

  /** Whether a provider is not used for now, because it kept failing. */
  isFailing(name: string): boolean {
    const circuit = this.#circuits.get(name);
    return circuit?.breaker.state === CircuitState.Open && Date.now() - circuit.openedAt < OPEN_FOR;
  }

  /** When a provider's circuit last opened, and when it last accepted a message, as far as this process knows. */
  proofOf(name: string): Pick<Circuit, 'openedAt' | 'takenAt'> {
    const { openedAt = 0, takenAt = 0 } = this.#circuits.get(name) ?? {};
    return { openedAt, takenAt };
  }

  /** Whether a provider gets no messages now, for whatever reason. */
  isOpen(name: string): boolean {
    return this.isPaused(name) || this.isFailing(name);
  }

  async send({ name, provider }: Route, message: Message): Promise<Receipt> {
    const circuit = this.#circuits.get(name);
    if (!circuit) throw new Error(`there is no provider ${name}`);
    // One message finds out whether the provider works again. Others would wait for that one, as long as an answer may
    // take.
    if (circuit.breaker.state === CircuitState.HalfOpen) throw new ProviderFailing(name);
    try {
      const receipt = await circuit.breaker.execute(() => provider.send(message));
      circuit.takenAt = Date.now();
      return receipt;
    } catch (error) {
      if (isBrokenCircuitError(error)) throw new ProviderFailing(name);
      throw error;
    }
  }
}

function circuitOf(): Circuit {
  // A wrong number says nothing about the provider.
  const failures = handleWhen((error) => !(error instanceof ReceiverFault));
  const breaker = circuitBreaker(failures, {
    halfOpenAfter: OPEN_FOR,
    breaker: new SamplingBreaker({ threshold: 0.5, duration: WINDOW, minimumRps: VOLUME / (WINDOW / 1_000) }),
  });
  const circuit: Circuit = { breaker, openedAt: 0, takenAt: 0 };
  breaker.onBreak(() => (circuit.openedAt = Date.now()));
  return circuit;
}
