import { oneLine } from '../kernel/text.js';
import { readConfig } from '../platform/config.js';
import { createLogger } from '../platform/logger.js';
import { closeTask, closure, historyOf, readSaid, reopening, reopenTask, type TaskTools } from './closing.js';
import { timeForPeople } from '../platform/times.js';
import { fullId } from '../investigation/full-ids.js';
import { openForPeople } from '../entrypoints/for-people.js';
import { groundOf } from '../investigation/ground.js';
import { asOptions } from '../cli/options.js';
import { openRuntime } from '../entrypoints/runtime.js';
import { requireSameLog } from '../entrypoints/same-log.js';

const provenance = { source: 'cli' };

/** Says for the command line what was done about a task. */
export async function close(taskId: string, options: Record<string, unknown>): Promise<void> {
  const given = await asOptions(() => readSaid(closure, options));
  await withTools(async (tools, whole) => {
    const said = await closeTask(tools, await whole(taskId), given, provenance);
    console.log(said ? `Closed: ${given.outcome}, by ${given.by}.` : 'That was said already.');
  });
}

/** Says for the command line that a task is to be done after all. */
export async function reopen(taskId: string, options: Record<string, unknown>): Promise<void> {
  const given = await asOptions(() => readSaid(reopening, options));
  await withTools(async (tools, whole) => {
    console.log(
      (await reopenTask(tools, await whole(taskId), given, provenance)) ? 'Open again.' : 'It was open already.',
    );
  });
}

/** Prints what was done about a task, with its notes. */
export async function show(taskId: string, { json }: { json?: boolean }): Promise<void> {
  await withTools(async (tools, whole, zone) => {
    const entries = await historyOf(tools, await whole(taskId));
    if (json) return console.log(JSON.stringify(entries));
    if (entries.length === 0) console.log('Nothing was done about it yet.');
    for (const { at, by, outcome, note } of entries) {
      const what = outcome === null ? 'opened again' : `closed: ${outcome}`;
      console.log(
        `${timeForPeople(at.toISOString(), zone)} ${oneLine(`${what}, by ${by}${note === null ? '' : `: ${note}`}`)}`,
      );
    }
  });
}

type Whole = (given: string) => Promise<string>;

async function withTools(use: (tools: TaskTools, whole: Whole, zone: string) => Promise<void>): Promise<void> {
  const config = readConfig();
  const runtime = await openRuntime(config, createLogger(config, 'tasks'), ['neo4j']);
  const opened = openForPeople(runtime);
  try {
    await requireSameLog(runtime, opened.driver);
    const { store, sealing } = runtime;
    const { graph } = groundOf(opened.driver, store, config);
    const whole: Whole = (given) => asOptions(() => fullId(graph, 'task', given, 'task'), { task: 'The task' });
    await use({ store, sealing, graph }, whole, config.zone);
  } finally {
    await opened.close();
    await runtime.close();
  }
}
