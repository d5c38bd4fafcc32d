import type { Purpose } from '../delivery/index.js';
import type { JobHandler, JobKind, Reaction, Running, Work } from '../work/define-work.js';
import type { Worker } from '../work/worker.js';
import { boot, oneOwner, type Program } from './boot.js';

/** What the modules do in a worker, together. */
export interface ProgramWork {
  jobs: readonly JobKind[];
  handlers: readonly JobHandler[];
  reactions: readonly Reaction[];
  runs: readonly ((worker: Worker) => Running)[];
}

/** What the program does in a worker. */
export async function programWork(): Promise<ProgramWork> {
  return workOf(await boot());
}

/**
 * @throws Error naming what two modules, or one of them twice, say is theirs, a job that is done by nobody, or an event that
 * is followed and that nobody records.
 */
export async function workOf({
  work,
  purposes,
  catalogue,
}: Pick<Program, 'work' | 'purposes' | 'catalogue'>): Promise<ProgramWork> {
  const loaded: { module: string; own: Work }[] = [];
  for (const { module, load } of work) loaded.push({ module, own: await load() });
  const each = <T>(of: (work: Work) => readonly T[] | undefined) =>
    loaded.flatMap(({ module, own }) => (of(own) ?? []).map((one) => ({ module, one })));
  const jobs = each(({ jobs: own }) => own);
  const handlers = each(({ handlers: own }) => own);
  const reactions = each(({ reactions: own }) => own);
  oneOwner('the job', jobs, ({ module, one }) => [one.name, module]);
  oneOwner('what does the job', handlers, ({ module, one }) => [one.job, module]);
  oneOwner('the reader', reactions, ({ module, one }) => [one.reader, module]);
  for (const { module, one } of jobs) {
    if (!isHandled(one, handlers, purposes)) throw new Error(`nobody does the job ${one.name}, which ${module} queues`);
  }
  for (const { module, one } of handlers) {
    const known = jobs.some(({ one: { name, withProvider } }) => name === one.job && !withProvider);
    if (!known) throw new Error(`${module} does the job ${one.job}, which nobody queues`);
  }
  for (const { module, one } of reactions) {
    const unknown = one.events.types.find((type) => catalogue.of(type) === undefined);
    if (unknown !== undefined) throw new Error(`${one.reader} of ${module} follows ${unknown}, which nobody records`);
  }
  return {
    jobs: jobs.map(({ one }) => one),
    handlers: handlers.map(({ one }) => one),
    reactions: reactions.map(({ one }) => one),
    runs: each(({ runs }) => runs).map(({ one }) => one),
  };
}

function isHandled(
  { name, withProvider }: JobKind,
  handlers: readonly { one: JobHandler }[],
  purposes: readonly Purpose[],
): boolean {
  return withProvider
    ? purposes.some((purpose) => purpose.name === name && purpose.handler !== undefined)
    : handlers.some(({ one }) => one.job === name);
}
