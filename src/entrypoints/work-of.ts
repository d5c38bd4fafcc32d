import type { Purpose } from '../delivery/index.js';
import type { JobHandler, JobKind, Reaction, Running, Work } from '../work/define-work.js';
import type { Worker } from '../work/worker.js';
import { boot, oneOwner, type Program } from './boot.js';

/** The work of all modules in a worker. */
export interface ProgramWork {
  jobs: readonly JobKind[];
  handlers: readonly JobHandler[];
  reactions: readonly Reaction[];
  runs: readonly ((worker: Worker) => Running)[];
}

/** The program's work in a worker. @throws as `workOf` */
export async function programWork(): Promise<ProgramWork> {
  return workOf(await boot());
}

/**
 * Combines the work of modules.
 * @throws Error that names what two modules claim, or one module twice, a job without a handler, or an event that a
 * reader follows and no module records.
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
  oneOwner('the handler of the job', handlers, ({ module, one }) => [one.job, module]);
  oneOwner('the reader', reactions, ({ module, one }) => [one.reader, module]);
  for (const { module, one } of jobs) {
    if (!isHandled(one, handlers, purposes)) throw new Error(`nothing handles the job ${one.name} of ${module}`);
  }
  for (const { module, one } of handlers) {
    const known = jobs.some(({ one: { name, withProvider } }) => name === one.job && !withProvider);
    if (!known) throw new Error(`${module} handles the job ${one.job}, which nothing queues`);
  }
  for (const { module, one } of reactions) {
    const unknown = one.events.types.find((type) => catalogue.of(type) === undefined);
    if (unknown !== undefined) throw new Error(`${one.reader} of ${module} follows ${unknown}, which nothing records`);
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
