import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const MIB = 1_048_576;
/** Bytes by which a process may grow from the third to the last quarter, because intended caches fill slowly. */
const ALLOWED = 32 * MIB;

/** A process with its name; after a restart it has another id. */
export interface Watched {
  readonly name: string;
  readonly pid: number | undefined;
}

/** Measures the memory of processes regularly, if the system reports it. */
export class MemoryWatch {
  /** Measured bytes in order, by name of the process. */
  readonly #seen = new Map<string, number[]>();

  /**
   * @param live folder in which processes report the memory in use (live-memory.mjs); for others, all their memory
   * counts.
   */
  constructor(
    private readonly processes: readonly Watched[],
    private readonly live: string,
  ) {}

  look(): void {
    for (const { name, pid } of this.processes) {
      const bytes = pid === undefined ? undefined : (bytesInUse(this.live, pid) ?? ownBytes(pid));
      if (bytes === undefined) continue;
      const seen = this.#seen.get(name);
      if (seen) seen.push(bytes);
      else this.#seen.set(name, [bytes]);
    }
  }

  /** Processes whose memory grew in the second half, with the use in the last two quarters. */
  grown(): string[] {
    return [...this.#seen].flatMap(([name, seen]) => {
      const [third, last] = quarters(seen);
      return last - third > ALLOWED ? [`${name}: from ${mib(third)} to ${mib(last)}`] : [];
    });
  }

  said(): string {
    return [...this.#seen]
      .map(([name, seen]) => {
        const [third, last] = quarters(seen);
        return `${name} took ${mib(Math.max(...seen))} at most, ${mib(third)} in the third quarter, ${mib(last)} in the last`;
      })
      .join('; ');
  }
}

/** Medians of the third and of the last quarter. */
function quarters(seen: readonly number[]): [number, number] {
  const half = Math.floor(seen.length / 2);
  const mid = half + Math.floor((seen.length - half) / 2);
  return [median(seen.slice(half, mid)), median(seen.slice(mid))];
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function mib(bytes: number): string {
  return `${Math.round(bytes / MIB)} MiB`;
}

function bytesInUse(folder: string, pid: number): number | undefined {
  try {
    return Number(readFileSync(join(folder, String(pid)), 'utf8'));
  } catch {
    return undefined;
  }
}

/** Private memory of a process: the system can drop pages of files that it maps, such as the event log's. */
function ownBytes(pid: number): number | undefined {
  try {
    const kib = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kib === undefined ? undefined : Number(kib) * 1024;
  } catch {
    return undefined;
  }
}
