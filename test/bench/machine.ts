import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';

/** Clock ticks of /proc per second: 100 on every Linux that Node runs on. */
const TICKS = 100;

function read(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch (error) {
    // This is not Linux, or the process has ended, so there is nothing to report.
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

/** Seconds of processor time that all threads of a process have used so far. */
export function cpuSeconds(pid: number): number | undefined {
  const fields = read(pid, 'stat')
    ?.replace(/^.*\) /s, '')
    .split(' ');
  return fields && (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** Peak resident memory of a process in megabytes. */
export function peakMegabytes(pid: number): number | undefined {
  const line = /VmHWM:\s+(\d+) kB/.exec(read(pid, 'status') ?? '');
  return line ? Math.round(Number(line[1]) / 1024) : undefined;
}

/** Load of the machine's processors by all processes since the last call, from 0 to 1. */
export function busyMeter(): () => number | undefined {
  let before = totals();
  return () => {
    const now = totals();
    const all = now.all - before.all;
    const share = all > 0 ? 1 - (now.idle - before.idle) / all : undefined;
    before = now;
    return share;
  };
}

function totals(): { all: number; idle: number } {
  let all = 0;
  let idle = 0;
  for (const { times } of cpus()) {
    idle += times.idle;
    all += times.idle + times.user + times.sys + times.nice + times.irq;
  }
  return { all, idle };
}

export function machine(): string {
  return `${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}`;
}
