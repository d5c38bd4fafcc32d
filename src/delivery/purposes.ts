import type { EventStore } from '../event-log/event-store.js';
import type { Worker } from '../work/worker.js';
import type { TextSettings } from './messages.js';
import type { Route } from './routes.js';

/** What the network said of a message, through its provider. */
export interface Reported {
  delivered: boolean;
  provider: string;
  detail: string;
}

/** A job of a provider's queue: a message is to be sent. What else it says is for whoever has the purpose. */
export interface MessageJob {
  purpose: string;
  /** It may have gone through the provider in whose queue it is, which alone can tell: no other may try it. */
  bound?: true;
}

/** What does the jobs of a purpose. */
export interface MessageHandler {
  /** @throws Elsewhere when another provider is to send it; any other error is followed by another attempt. */
  send(job: MessageJob, via: Route): Promise<void>;
}

/** A message as it would go. */
export interface Sample {
  message: string;
  text: string;
}

/** Why messages are sent. The module that has it registers it, and is told what became of each of its messages. */
export interface Purpose {
  /** As `MessageDue` names it. */
  readonly name: string;
  /**
   * Notes what follows for what the message is about; told twice it does so once.
   * @throws NotNotedYet while it does not know that the message went.
   */
  reported(store: EventStore, about: string, report: Reported): Promise<void>;
  /** Does what is queued for it with a provider; left out where nothing is. */
  handler?(worker: Worker): Promise<MessageHandler>;
  /** Every message of it in a language, for whoever checks an installation. */
  samples?(settings: TextSettings): Promise<(language: string) => Sample[]>;
}

/** Whoever had a message sent has yet to note that it went: the report is to be told again. */
export class NotNotedYet extends Error {
  override readonly name = 'NotNotedYet';

  constructor() {
    super('that the message went is not noted yet');
  }
}

/** All purposes of the program, by name. */
export class Purposes {
  readonly #byName: ReadonlyMap<string, Purpose>;

  constructor(readonly all: readonly Purpose[]) {
    this.#byName = new Map(all.map((purpose) => [purpose.name, purpose]));
  }

  /** @throws Error when no module registered it. */
  of(name: string): Purpose {
    const purpose = this.#byName.get(name);
    if (!purpose) throw new Error(`no module sends messages as ${name}`);
    return purpose;
  }

  /** @throws Error when no module registered it, or nothing of it is queued. */
  async handlerOf(name: string, worker: Worker): Promise<MessageHandler> {
    const handler = await this.of(name).handler?.(worker);
    if (!handler) throw new Error(`nobody sends what is queued as ${name}`);
    return handler;
  }
}
