import { setTimeout as delay } from 'node:timers/promises';

export interface Victim {
  name: string;
  /** How often it is chosen, relative to the others. */
  weight: number;
  /** Sends SIGKILL; undefined if there is nothing to kill now. Call the result to start it again. */
  kill(): (() => Promise<void> | void) | undefined;
}

/** Milliseconds between two kills, and until a killed process is started again. */
const PAUSE = { least: 200, most: 4_000 };
const AWAY = { least: 0, most: 1_500 };

/** Number of kills after which a long run reports its progress. */
const TOLD_EACH = 50;

/** Kills processes of an installation at random moments, and starts each again after a while. */
export class Killer {
  /** Number of kills by the name of the process. */
  readonly kills = new Map<string, number>();
  /** Number of kills by moment. */
  readonly moments = new Map<string, number>();
  restarts = 0;
  readonly #stopping = new AbortController();
  readonly #restarting = new Set<Promise<void>>();
  readonly #failures: unknown[] = [];
  readonly #killing: Promise<void>;

  /**
   * @param victims created from a function that says whether there are still kills.
   * @param moment resolves with the name of the next moment for a kill.
   * @param killed called with the moment of each kill.
   */
  constructor(
    victims: (killing: () => boolean) => readonly Victim[],
    private readonly random: () => number,
    private readonly moment: (signal: AbortSignal, killer: Killer) => Promise<string> = someMoment,
    private readonly killed: (moment: string) => void = () => undefined,
  ) {
    this.#killing = this.#run(victims(() => !this.#stopping.signal.aborted));
  }

  get count(): number {
    return sum(this.kills.values());
  }

  /** Ends the kills. */
  enough(): void {
    this.#stopping.abort();
  }

  /** Ends the kills and waits until everything that was killed is back. */
  async stop(): Promise<void> {
    this.enough();
    await this.#killing;
    await Promise.all(this.#restarting);
    if (this.#failures.length > 0) throw this.#failures[0];
  }

  /** A random time, in milliseconds. */
  between({ least, most }: { least: number; most: number }): number {
    return least + this.random() * (most - least);
  }

  /**
   * For a caller that starts something again itself.
   * @throws if something that was killed did not come back.
   */
  away(): Promise<void> {
    if (this.#failures.length > 0) throw this.#failures[0];
    return delay(this.between(AWAY));
  }

  /** Chooses at random among those that can be killed now, so that an awaited moment is not wasted. */
  #killOne(victims: readonly Victim[]): [Victim, () => Promise<void> | void] | undefined {
    for (let left = [...victims]; left.length > 0;) {
      let at = this.random() * sum(left.map(({ weight }) => weight));
      const victim = left.find(({ weight }) => (at -= weight) < 0);
      const restart = victim?.kill();
      if (victim && restart) return [victim, restart];
      left = left.filter((each) => each !== victim);
    }
    return undefined;
  }

  async #run(victims: readonly Victim[]): Promise<void> {
    const { signal } = this.#stopping;
    for (;;) {
      const moment = await this.moment(signal, this).catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
      if (moment === undefined || signal.aborted) return;
      const [victim, restart] = this.#killOne(victims) ?? [];
      if (!victim || !restart) continue;
      eachIn(this.kills, victim.name);
      eachIn(this.moments, moment);
      this.killed(moment);
      if (this.count % TOLD_EACH === 0) console.log(`${this.count} kills: ${counted(this.moments)}`);
      const away = this.between(AWAY);
      const restarting = delay(away)
        .then(restart)
        .then(() => void this.restarts++)
        .catch((error: unknown) => void this.#failures.push(error))
        .finally(() => this.#restarting.delete(restarting));
      this.#restarting.add(restarting);
    }
  }
}

/** Increases the count of a name. */
export function eachIn(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

async function someMoment(signal: AbortSignal, killer: Killer): Promise<string> {
  await delay(killer.between(PAUSE), undefined, { signal });
  return 'some moment';
}

function sum(numbers: Iterable<number>): number {
  return [...numbers].reduce((all, each) => all + each, 0);
}

/** As in "redis 2, worker-1 3". */
export function counted(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .map(([name, count]) => `${name} ${count}`)
    .sort()
    .join(', ');
}
