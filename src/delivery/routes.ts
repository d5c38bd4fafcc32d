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
  /** Messages a second at most, of all processes together; null sets no limit. */
  perSecond: number | null;
  /**
   * Of a provider that neither tells repeats nor can be asked: whether a message that may have gone is left to a visit or
   * handed over again.
   */
  whenUncertain: 'at-most-once' | 'at-least-once';
  /** It writes messages to a file, which reaches nobody by itself. */
  file?: boolean;
}

/** To whom no message is to go, as operators said. */
export interface Paused {
  all: boolean;
  providers: ReadonlySet<string>;
}

/** Of so many messages within the window more than half must fail before a provider is left alone for a while. */
const VOLUME = 10;
/** Milliseconds, as all of these. */
const WINDOW = 10_000;
const LEFT_ALONE = 30_000;

/** Nothing is handed to a provider that kept failing, for a while. */
export class ProviderFailing extends TheirFault {
  constructor(provider: string) {
    super(`${provider} failed too often and is left alone for a while`);
  }
}

/** What is known of one provider by the messages that it was handed. */
interface Circuit {
  breaker: CircuitBreakerPolicy;
  /** When it opened last, by the clock of the breaker, which tries it again with the first message after a while. */
  openedAt: number;
  /** When it took a message last, in milliseconds as well; 0 before the first. */
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

  /** Whether a message that went there reached nobody, although others are configured that reach people. */
  isFileOnly(name: string): boolean {
    return this.find(name)?.file === true && this.all.some(({ file }) => !file);
  }

  /** What operators said last. */
  pause(paused: Paused): void {
    this.#paused = paused;
  }

  /** Whether an operator keeps messages from this provider. */
  isPaused(name: string): boolean {
    return this.#paused.all || this.#paused.providers.has(name);
  }

  /** Whether messages wait for an operator, since no provider may take them. */
  get waiting(): boolean {
    return this.all.every(({ name }) => this.isPaused(name));
  }

  /** The first provider that can be used now, of those not tried yet. */
  next(tried: readonly string[] = []): Route | undefined {
    return this.all.find(({ name }) => !tried.includes(name) && this.isOpen(name) === false);
  }

  /** In whose queue new messages go. */
  get preferred(): Route {
    return this.next() ?? this.all[0];
  }

  /** Whether a provider is left alone for now, because it kept failing. */
  isFailing(name: string): boolean {
    const circuit = this.#circuits.get(name);
    return circuit?.breaker.state === CircuitState.Open && Date.now() - circuit.openedAt < LEFT_ALONE;
  }

  /** When a provider was left alone last, and when it took a message last, by what this process handed to it. */
  proofOf(name: string): Pick<Circuit, 'openedAt' | 'takenAt'> {
    const { openedAt = 0, takenAt = 0 } = this.#circuits.get(name) ?? {};
    return { openedAt, takenAt };
  }

  /** Whether no message is to go to a provider now, for whichever reason. */
  isOpen(name: string): boolean {
    return this.isPaused(name) || this.isFailing(name);
  }

  async send({ name, provider }: Route, message: Message): Promise<Receipt> {
    const circuit = this.#circuits.get(name);
    if (!circuit) throw new Error(`there is no provider ${name}`);
    // One message finds out whether it is well again. Others would wait for that one, as long as an answer may take.
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
  // A wrong number says nothing of the provider.
  const failures = handleWhen((error) => !(error instanceof ReceiverFault));
  const breaker = circuitBreaker(failures, {
    halfOpenAfter: LEFT_ALONE,
    breaker: new SamplingBreaker({ threshold: 0.5, duration: WINDOW, minimumRps: VOLUME / (WINDOW / 1_000) }),
  });
  const circuit: Circuit = { breaker, openedAt: 0, takenAt: 0 };
  breaker.onBreak(() => (circuit.openedAt = Date.now()));
  return circuit;
}
