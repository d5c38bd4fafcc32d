import { decision as decisionFields, readOrder } from '../operations/fields.js';
import { decide, reasonOf, withReasons, type Held } from './held-cases.js';
import { readConfig } from '../platform/config.js';
import { createLogger } from '../platform/logger.js';
import { forPeople } from '../cli/for-people.js';
import { openForPeople } from '../entrypoints/for-people.js';
import { Neo4jIds } from '../contact-graph/known-ids.js';
import { asOptions } from '../cli/options.js';
import { openRuntime } from '../entrypoints/runtime.js';
import { requireSameLog } from '../entrypoints/same-log.js';
import { wholeId } from '../cli/whole-id.js';

const MOST = 1_000;

/** Lists cases whose alerts wait, for the command line. */
export async function listHeld({ json = false }: { json?: boolean }): Promise<void> {
  const config = readConfig();
  const runtime = await openRuntime(config, createLogger(config, 'brake'), ['neo4j']);
  const graph = openForPeople(runtime);
  try {
    await requireSameLog(runtime, graph.driver);
    const held = await withReasons(runtime.store, await graph.people.heldCases(MOST));
    if (json) console.log(JSON.stringify(held, undefined, 2));
    else {
      const asked = new Neo4jIds(graph.driver);
      for (const line of described(await forPeople(held, asked, config.zone))) console.log(line);
    }
  } finally {
    await graph.close();
    await runtime.close();
  }
}

/** Decides about the alerts of a case, for the command line. */
export async function decideHeld(
  decision: 'approve' | 'refuse',
  given: string,
  options: { by: string; note: string },
): Promise<void> {
  const { by, note } = await asOptions(() => readOrder(decisionFields, options));
  const config = readConfig();
  const runtime = await openRuntime(config, createLogger(config, 'brake'));
  try {
    const caseId = await wholeId(runtime, 'case', given, 'The case');
    const { contacts } = await decide(runtime.store, decision, caseId, { by, note: note ?? '' });
    console.log(
      decision === 'approve'
        ? `The ${contacts} contacts of case ${caseId} are alerted now.`
        : `The ${contacts} contacts of case ${caseId} are not alerted. Change your mind with: npx truyvet brake approve ${caseId} --by NAME`,
    );
  } finally {
    await runtime.close();
  }
}

function* described(held: readonly Held[]): Iterable<string> {
  if (held.length === 0) yield 'No alerts wait for a person.';
  for (const { caseId, personId, status, contacts, since, unlikely } of held) {
    yield `Case ${caseId} (${personId}): ${contacts} contacts ${status === 'held' ? 'wait' : 'were refused'} since ${since}`;
    for (const each of unlikely) yield `  ${reasonOf(each)}`;
    if (status === 'held') {
      yield `  Decide with: npx truyvet brake approve ${caseId} --by NAME, or refuse instead of approve`;
    }
  }
}
