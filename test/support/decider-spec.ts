import { expect } from '@jest/globals';
import type { Actor } from '../../src/kernel/actor.js';
import type { ProblemKind } from '../../src/kernel/problem.js';
import { eventsOf, fold, type Decider, type Decision } from '../../src/kernel/decider.js';

const typeOf = (value: object): string | undefined => ('type' in value ? String(value.type) : undefined);

/** The refusal of a command: its code, and the words that its sender reads. */
class Refusal {
  constructor(
    readonly problem: ProblemKind,
    readonly words: string | RegExp,
  ) {}
}
export const refusal = (problem: ProblemKind, words: string | RegExp = '') => new Refusal(problem, words);

/**
 * Rules as sentences: `given(decider)(...events).when(command).then(...events)`, or `.then(refusal(PROBLEM, '…'))`.
 * Instead of events, `given(decider).after(...commands)` begins with the events of these commands. A failure prints all
 * three.
 * @param by the actor of all given events.
 */
export function given<Command, Event extends object, State>(decider: Decider<Command, Event, State>, by?: Actor) {
  const from = (...history: Event[]) => new Given(decider, history, by);
  const after = (...commands: Command[]) => {
    const history: Event[] = [];
    for (const command of commands) history.push(...eventsOf(decider.decide(command, fold(decider, history, by))));
    return new Given(decider, history, by);
  };
  return Object.assign(from, { after });
}

class Given<Command, Event extends object, State> {
  constructor(
    private readonly decider: Decider<Command, Event, State>,
    readonly events: readonly Event[],
    private readonly by: Actor | undefined,
  ) {}

  get types(): (string | undefined)[] {
    return this.events.map(typeOf);
  }

  get state(): State {
    return fold(this.decider, this.events, this.by);
  }

  when(command: Command): Decided<Event> {
    const words = `given ${listed(this.events)}\nwhen ${nameOf(command)}`;
    return new Decided(words, this.decider.decide(command, this.state));
  }
}

class Decided<Event extends object> {
  constructor(
    private readonly words: string,
    private readonly outcome: Decision<Event>,
  ) {}

  /** @throws the refusal of the command. */
  get events(): Event[] {
    return eventsOf(this.outcome);
  }

  get types(): (string | undefined)[] {
    return this.events.map(typeOf);
  }

  then(...expected: readonly [Refusal] | readonly Event[]): void {
    const [first] = expected;
    this.#saying(() => {
      if (first instanceof Refusal) {
        expect(this.outcome).toMatchObject({ code: first.problem.code });
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

function listed(events: readonly object[]): string {
  return events.length === 0 ? 'nothing' : events.map(nameOf).join(', ');
}

function nameOf(value: unknown): string {
  const type = typeof value === 'object' && value !== null ? typeOf(value) : undefined;
  return `${type ?? 'it'} ${JSON.stringify(value)}`;
}
