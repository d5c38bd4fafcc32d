import { UserError } from '../domain/errors.js';
import { formatInstant } from '../domain/instant.js';
import { openGraph } from '../graph/index.js';
import { RowRefused, sentence } from '../ingest/refusal.js';
import { readConfig } from '../platform/config.js';
import { createLogger } from '../platform/logger.js';
import { closeTask, closure, historyOf, readSaid, reopening, reopenTask, type TaskTools } from '../tasks/closing.js';
import { groundOf } from './ground.js';
import { openRuntime } from './runtime.js';

const provenance = { source: 'cli' };

/** Says for the command line what was done about a task. */
export async function close(taskId: string, options: Record<string, unknown>): Promise<void> {
  const given = asOptions(() => readSaid(closure, options));
  await withTools(async (tools) => {
    const said = await closeTask(tools, taskId, given, provenance);
    console.log(said ? `Closed: ${given.outcome}, by ${given.by}.` : 'That was said already.');
  });
}

/** Says for the command line that a task is to be done after all. */
export async function reopen(taskId: string, options: Record<string, unknown>): Promise<void> {
  const given = asOptions(() => readSaid(reopening, options));
  await withTools(async (tools) => {
    console.log((await reopenTask(tools, taskId, given, provenance)) ? 'Open again.' : 'It was open already.');
  });
}

/** Prints what was done about a task, with its notes. */
export async function show(taskId: string, { json }: { json?: boolean }): Promise<void> {
  await withTools(async (tools) => {
    const entries = await historyOf(tools, taskId);
    if (json) return console.log(JSON.stringify(entries));
    if (entries.length === 0) console.log('Nothing was done about it yet.');
    for (const { at, by, outcome, note } of entries) {
      const what = outcome === null ? 'opened again' : `closed: ${outcome}`;
      console.log(
        `${formatInstant(Math.floor(at.getTime() / 1000))} ${what}, by ${by}${note === null ? '' : `: ${note}`}`,
      );
    }
  });
}

/** What is wrong with a field is named by its option. */
function asOptions<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RowRefused)) throw error;
    const flagged = error.complaints.map((each) => ({ ...each, column: `--${each.column}` }));
    throw new UserError(flagged.map(sentence).join('\n'), flagged.map(({ fix }) => fix).join('\n'));
  }
}

async function withTools(use: (tools: TaskTools) => Promise<void>): Promise<void> {
  const config = readConfig();
  const runtime = await openRuntime(config, createLogger(config, 'tasks'), ['neo4j']);
  const opened = openGraph(runtime);
  try {
    const { store, sealing } = runtime;
    await use({ store, sealing, graph: groundOf(opened.driver, store, config).graph });
  } finally {
    await opened.close();
    await runtime.close();
  }
}
