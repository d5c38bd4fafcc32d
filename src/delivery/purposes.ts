import type { EventStore } from '../event-log/event-store.js';
import type { Worker } from '../work/worker.js';
import type { TextSettings } from './messages.js';
import type { Route } from './routes.js';

/** What the network reported about a message, through its provider. */
export interface Reported {
  delivered: boolean;
  provider: string;
  detail: string;
}

/** A job of a provider's queue: a message has to be sent. Its other fields are for the module of the purpose. */
export interface MessageJob {
  purpose: string;
  /** The provider in whose queue it is may have sent the message, and only that one knows: no other may try it. */
  bound?: true;
}

/** Runs the jobs of a purpose. */
export interface MessageHandler {
  /** @throws Elsewhere when another provider has to send it; any other error is followed by another attempt. */
  send(job: MessageJob, via: Route): Promise<void>;
}

/** A message as it would be sent. */
export interface Sample {
  message: string;
  text: string;
}

/** Why messages are sent. A module registers its purposes, and receives the reports on each of its messages. */
export interface Purpose {
  /** The name, as in `MessageDue`. */
  readonly name: string;
  /**
   * Records what follows for the subject of the message; a repeated report changes nothing.
   * @throws NotNotedYet while it does not know that the message was sent.
   */
  reported(store: EventStore, about: string, report: Reported): Promise<void>;
  /** Runs its jobs that are queued with a provider; left out if there are none. */
  handler?(worker: Worker): Promise<MessageHandler>;
  /** Every message of this purpose in a language, for checking an installation. */
  samples?(settings: TextSettings): Promise<(language: string) => Sample[]>;
}

/** The module that had a message sent has not recorded yet that it was sent: the report has to be passed on again. */
export class NotNotedYet extends Error {
  override readonly name = 'NotNotedYet';

  constructor() {
    super('it is not recorded yet that the message was sent');
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

  /** @throws Error when no module registered it, or it queues no jobs. */
  async handlerOf(name: string, worker: Worker): Promise<MessageHandler> {
    const handler = await this.of(name).handler?.(worker);
    if (!handler) throw new Error(`no module sends messages queued as ${name}`);
    return handler;
  }
}
