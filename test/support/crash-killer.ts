import { readdirSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { serviceNames } from '../../src/platform/services/index.js';
import type { System } from './system.js';

interface Victim {
  name: string;
  /** How often it is chosen against the others. */
  weight: number;
  /** Sends SIGKILL; undefined when there is nothing to kill now. Starts it again when called. */
  kill(): (() => Promise<void> | void) | undefined;
}

/** Milliseconds between two kills, and that the killed one stays away. */
const PAUSE = { least: 200, most: 4_000 };
const AWAY = { least: 0, most: 1_500 };

/** What Redis may lose at its end: less than it writes in a second in which there is work. */
const LOST_BYTES = 2_000;

/** Kills processes of an installation at random moments, and starts each again after a while. */
export class Killer {
  readonly kills = new Map<string, number>();
  restarts = 0;
  readonly #stopping = new AbortController();
  readonly #restarting = new Set<Promise<void>>();
  readonly #failures: unknown[] = [];
  readonly #killing: Promise<void>;

  constructor(
    system: System,
    private readonly random: () => number,
  ) {
    this.#killing = this.#run(victimsOf(system, random, () => !this.#stopping.signal.aborted));
  }

  /** No more kills from now on. */
  enough(): void {
    this.#stopping.abort();
  }

  /** No more kills; done when everything killed is back. */
  async stop(): Promise<void> {
    this.enough();
    await this.#killing;
    await Promise.all(this.#restarting);
    if (this.#failures.length > 0) throw this.#failures[0];
  }

  /** A random while, in milliseconds. */
  between({ least, most }: { least: number; most: number }): number {
    return least + this.random() * (most - least);
  }

  /** For whoever starts something again by itself. @throws when something killed did not come back. */
  away(): Promise<void> {
    if (this.#failures.length > 0) throw this.#failures[0];
    return delay(this.between(AWAY));
  }

  async #run(victims: readonly Victim[]): Promise<void> {
    const { signal } = this.#stopping;
    const all = victims.reduce((sum, { weight }) => sum + weight, 0);
    for (;;) {
      await delay(this.between(PAUSE), undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      let at = this.random() * all;
      const victim = victims.find(({ weight }) => (at -= weight) < 0);
      const restart = victim?.kill();
      if (!victim || !restart) continue;
      this.kills.set(victim.name, (this.kills.get(victim.name) ?? 0) + 1);
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

function victimsOf(system: System, random: () => number, killing: () => boolean): Victim[] {
  const services = serviceNames.map((name): Victim => {
    let starting = false;
    return {
      name,
      // The graph takes long to start: killed as often as the others it would never be there.
      weight: name === 'neo4j' ? 1 : 2,
      kill: () => {
        const pid = starting ? undefined : system.servicePid(name);
        if (pid === undefined) return undefined;
        process.kill(pid, 'SIGKILL');
        starting = true;
        // A crash of the machine, too, would take from Redis what it had not flushed yet. At once: whoever brings another
        // service back brings Redis back as well, and its journal must not be cut while it writes.
        if (name === 'redis') {
          untilEnded(pid);
          cutOff(system, Math.floor(random() * LOST_BYTES));
        }
        return () => system.servicesUp(killing).finally(() => (starting = false));
      },
    };
  });
  const parts = system.parts.map((part): Victim => {
    return {
      name: part.name,
      weight: 2,
      kill: () => {
        if (!part.running) return undefined;
        const ending = part.end('SIGKILL');
        return async () => {
          await ending;
          part.again();
        };
      },
    };
  });
  const importer: Victim = {
    name: 'importer',
    weight: 2,
    kill: () => {
      const [child] = system.importing;
      if (!child) return undefined;
      child.kill('SIGKILL');
      // Whoever imports imports again.
      return () => undefined;
    },
  };
  return [...services, ...parts, importer];
}

/** Lets nothing else happen in this process until a killed one writes no more; it stays a zombie for as long. */
function untilEnded(pid: number): void {
  const clock = new Int32Array(new SharedArrayBuffer(4));
  for (let looks = 0; looks < 1_000; looks++) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      if ('ZX'.includes(stat.slice(stat.lastIndexOf(')') + 2)[0] ?? 'X')) return;
    } catch {
      // It is gone, or this system keeps no such files.
      return;
    }
    Atomics.wait(clock, 0, 0, 5);
  }
}

/** Takes bytes from the end of Redis' journal. */
function cutOff({ dataDir }: System, bytes: number): void {
  const folder = join(dataDir, 'redis', 'appendonlydir');
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.incr.aof'))) {
    const path = join(folder, file);
    truncateSync(path, Math.max(0, statSync(path).size - bytes));
  }
}
