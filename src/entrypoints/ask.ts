import { UserError } from '../domain/errors.js';
import { openGraph } from '../graph/index.js';
import { RowRefused, sentence } from '../ingest/refusal.js';
import { readConfig } from '../platform/config.js';
import { createLogger } from '../platform/logger.js';
import { QUESTIONS } from '../questions/all.js';
import type { QuestionName } from '../questions/asked.js';
import { readParameters } from '../questions/parameters.js';
import { groundOf } from './ground.js';
import { openRuntime } from './runtime.js';

/**
 * Asks one question for the command line and prints the answer.
 * @param options as typed; those with an underscore in their name come with a capital instead.
 */
export async function ask(name: QuestionName, options: Record<string, unknown>): Promise<void> {
  const { json, ...typed } = options;
  const config = readConfig();
  const given = asUserError(() => readParameters(name, parametersFrom(typed), config.zone));
  const runtime = await openRuntime(config, createLogger(config, name));
  const graph = openGraph(runtime);
  try {
    const question = QUESTIONS[name];
    const ground = groundOf(graph.driver, runtime.store, config);
    const answer = await question.ask(ground, given).catch((error: unknown) =>
      asUserError(() => {
        throw error;
      }),
    );
    if (json) console.log(JSON.stringify(answer));
    else for (const line of question.told(answer)) console.log(line);
  } finally {
    await graph.close();
    await runtime.close();
  }
}

function parametersFrom(options: Record<string, unknown>): Record<string, unknown> {
  const named = Object.entries(options).map(([key, value]) => [
    key.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`),
    value,
  ]);
  return Object.fromEntries(named) as Record<string, unknown>;
}

/** What is wrong with a parameter is named by its option. */
function asUserError<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RowRefused)) throw error;
    const flagged = error.complaints.map((each) => ({ ...each, column: `--${each.column.replaceAll('_', '-')}` }));
    throw new UserError(flagged.map(sentence).join('\n'), flagged.map(({ fix }) => fix).join('\n'));
  }
}
