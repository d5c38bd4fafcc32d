import { readdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { type ServiceName, serviceNames } from '@truyvet/local-services';
import { identityOf } from '@truyvet/local-services/machine';
import type { Victim } from './crash-killer.js';
import type { System } from './system.js';

/** Bytes that Redis may lose at its end: less than it writes in a busy second. */
const LOST_BYTES = 2_000;

/** Every process of an installation. */
export function everything(system: System, random: () => number): (killing: () => boolean) => Victim[] {
  return (killing) => [
    ...servicesOf(system, serviceNames, random, killing),
    ...partsOf(
      system,
      system.parts.map(({ name }) => name),
    ),
    importerOf(system),
  ];
}

/** @param killing whether others may be killed while one of these starts. */
export function servicesOf(
  system: System,
  names: readonly ServiceName[],
  random: () => number,
  killing: () => boolean,
): Victim[] {
  return names.map((name): Victim => {
    let starting = false;
    return {
      name,
      // The graph takes long to start: if it were killed as often as the others, it would never be available.
      weight: name === 'neo4j' ? 1 : 2,
      kill: () => {
        const pid = starting ? undefined : system.servicePid(name);
        if (pid === undefined) return undefined;
        process.kill(pid, 'SIGKILL');
        starting = true;
        // A crash of the machine would also lose what Redis had not flushed. The journal is cut at once, because the
        // restart of another service also restarts Redis, and the journal must not be cut while Redis writes.
        if (name === 'redis') {
          untilEnded(pid);
          cutOff(system, Math.floor(random() * LOST_BYTES));
        }
        return () => system.servicesUp(killing).finally(() => (starting = false));
      },
    };
  });
}

export function partsOf(system: System, names: readonly string[]): Victim[] {
  return names.map((name): Victim => {
    const part = system.part(name);
    return {
      name,
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
}

function importerOf(system: System): Victim {
  return {
    name: 'importer',
    weight: 2,
    kill: () => {
      const [child] = system.importing;
      if (!child) return undefined;
      child.kill('SIGKILL');
      // The code that runs the import repeats it.
      return () => undefined;
    },
  };
}

/** Blocks this process until a killed process no longer writes; until then it is a zombie. */
function untilEnded(pid: number): void {
  const clock = new Int32Array(new SharedArrayBuffer(4));
  for (let looks = 0; looks < 1_000 && identityOf(pid) !== undefined; looks++) Atomics.wait(clock, 0, 0, 5);
}

/** Removes bytes from the end of Redis' journal. */
function cutOff({ dataDir }: System, bytes: number): void {
  const folder = join(dataDir, 'redis', 'appendonlydir');
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.incr.aof'))) {
    const path = join(folder, file);
    truncateSync(path, Math.max(0, statSync(path).size - bytes));
  }
}
