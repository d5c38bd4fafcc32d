import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventStore } from '../event-log/event-store.js';
import { UserError } from '../kernel/errors.js';
import type { Rows } from '../intake/define-rows.js';
import type { ImportSummary } from '../intake/import-rows.js';
import { ROWS } from './modules.js';
import { openForPeople } from './for-people.js';
import { graphTypes } from './graph-types.js';
import { previewAnswer } from './preview-answer.js';
import { previewOf, type Preview } from '../investigation/preview.js';
import { sayWhereNobodyGetsThem } from '../delivery/reaches-people.js';
import type { Runtime } from './runtime.js';
import { requireServices } from '../platform/services.js';
import { requireSameLog } from './same-log.js';

/**
 * Prints who would be alerted because of an import, for the command line, and stores nothing.
 * @param takeIn imports the rows with the given runtime; rejected rows go to the path, which is removed afterwards.
 * @returns the exit code.
 */
export async function previewImport(
  runtime: Runtime,
  kind: Pick<Rows, 'name' | 'previewed'>,
  takeIn: (above: Runtime, rejectsPath: string) => Promise<ImportSummary>,
  json: boolean,
): Promise<number> {
  if (!kind.previewed) {
    const previewed = ROWS.flatMap(({ name, previewed }) => (previewed ? [name] : []));
    throw new UserError(`--preview shows ${previewed.join(' and ')}, not ${kind.name}.`, 'Leave it out.');
  }
  await requireServices(runtime.urls, ['neo4j']);
  const { store, sealing, config } = runtime;
  const graph = openForPeople(runtime);
  const rejectsPath = join(tmpdir(), `truyvet-preview-${randomUUID()}`);
  try {
    await requireSameLog(runtime, graph.driver);
    const { events: projected } = await graphTypes();
    const asked = { store, sealing, graph, projected, config };
    const found = await previewAnswer(
      (overlay: EventStore) => takeIn({ ...runtime, store: overlay }, rejectsPath),
      (taking) => previewOf(asked, taking),
    );
    if (found.graph_behind) console.error(BEHIND);
    if (json) console.log(JSON.stringify(found));
    else for (const line of describedPreview(found)) console.log(line);
    sayWhereNobodyGetsThem(config, { data: json });
    return found.rejected > 0 ? 2 : 0;
  } finally {
    rmSync(rejectsPath, { force: true });
    await graph.close();
  }
}

const BEHIND =
  'The contact graph is behind the log, so contacts that were imported recently may be missing: try again once ' +
  'npx truyvet projections status shows that it has caught up.';
const SHOWN = 10;

/** Lines for the command line. */
export function* describedPreview(preview: Preview): Iterable<string> {
  const { cases, told, told_again: again, taken_back: takenBack, not_told: notTold, waiting } = preview;
  const { messages, told_already: already, called_off: calledOff, unreached } = preview;
  yield 'Nothing was stored. If imported, these rows would';
  yield `  open ${cases.opened.length} cases, change ${cases.changed.length}, retract ${cases.retracted.length}`;
  yield `  notify ${named(told)}`;
  yield `  notify again ${named(again)}`;
  yield `  take back the messages to ${named(takenBack)}`;
  if (calledOff.length > 0) yield `  cancel the waiting messages to ${named(calledOff)}`;
  if (notTold.length > 0) yield `  send nothing to contacts found too late, or cases themselves: ${named(notTold)}`;
  const going = Object.entries(messages).map(([language, count]) => `${count} in ${language}`);
  if (going.length > 0) yield `  send messages: ${going.join(', ')}`;
  if (already.length > 0) yield `  send nothing to contacts for whom an earlier message says enough: ${named(already)}`;
  if (unreached.length > 0)
    yield `  require a call or a visit, because no phone can receive a message, for ${named(unreached)}`;
  if (waiting > 0) yield `  hold messages to ${waiting} contacts, because the numbers are unlikely: npx truyvet brake`;
}

function named(people: readonly string[]): string {
  if (people.length === 0) return 'nobody';
  const shown = people.slice(0, SHOWN).join(', ');
  const more = people.length > SHOWN ? ` and ${people.length - SHOWN} more (--json lists all)` : '';
  return `${people.length}: ${shown}${more}`;
}
