import type { EventStore } from '../event-log/event-store.js';
import type { TextSettings } from './messages.js';

/** What the network said of a message, through its provider. */
export interface Reported {
  delivered: boolean;
  provider: string;
  detail: string;
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
}
