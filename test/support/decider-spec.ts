import { expect } from '@jest/globals';
import type { Actor } from '../../src/kernel/actor.js';
import { fold, type Decider } from '../../src/kernel/decider.js';

interface Typed {
  type?: string;
}

/** What a command is refused with, in the words that whoever gave it reads. */
export class Refusal {
  constructor(readonly words: string | RegExp) {}
}
export const refusal = (words: string | RegExp) => new Refusal(words);

/**
 * Rules as sentences: `given(decider)(...events).when(command).then(...events)`, or `.then(refusal('…'))`. In place of
 * events, `given(decider).after(...commands)` begins with what commands came to. A failure says all three.
 * @param by who did all that is given.
 */
export function given<Command, Event extends Typed, State>(decider: Decider<Command, Event, State>, by?: Actor) {
  const from = (...history: Event[]) => new Given(decider, history, by);
  const after = (...commands: Command[]) => {
    const history: Event[] = [];
    for (const command of commands) history.push(...decider.decide(command, fold(decider, history, by)));
    return new Given(decider, history, by);
  };
  return Object.assign(from, { after });
}

class Given<Command, Event extends Typed, State> {
  constructor(
    private readonly decider: Decider<Command, Event, State>,
    readonly events: readonly Event[],
    private readonly by: Actor | undefined,
  ) {}

  get types(): (string | undefined)[] {
    return this.events.map(({ type }) => type);
  }

  get state(): State {
    return fold(this.decider, this.events, this.by);
  }

  when(command: Command): Decided<Event> {
    const words = `given ${listed(this.events)}\nwhen ${nameOf(command)}`;
    try {
      return new Decided(words, this.decider.decide(command, this.state));
    } catch (error) {
      return new Decided<Event>(words, error as Error);
    }
  }
}

class Decided<Event extends Typed> {
  constructor(
    private readonly words: string,
    private readonly outcome: Event[] | Error,
  ) {}

  /** @throws what the command was refused with. */
  get events(): Event[] {
    if (this.outcome instanceof Error) throw this.outcome;
    return this.outcome;
  }

  get types(): (string | undefined)[] {
    return this.events.map(({ type }) => type);
  }

  then(...expected: readonly [Refusal] | readonly Event[]): void {
    const [first] = expected;
    this.#saying(() => {
      if (first instanceof Refusal) {
        expect(() => this.events).toThrow(first.words);
      } else {
        expect(this.events).toEqual(expected);
      }
    });
  }

  #saying(check: () => void): void {
    try {
      check();
    } catch (error) {
      (error as Error).message = `${this.words}\n\n${(error as Error).message}`;
      throw error;
    }
  }
}

function listed(events: readonly Typed[]): string {
  return events.length === 0 ? 'nothing' : events.map(nameOf).join(', ');
}

function nameOf(value: unknown): string {
  const type = typeof value === 'object' && value !== null && 'type' in value ? String(value.type) : 'it';
  return `${type} ${JSON.stringify(value)}`;
}
