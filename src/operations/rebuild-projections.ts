import type { Driver } from 'neo4j-driver';
import { readGraphState, wantAgain } from '../contact-graph/checkpoints.js';
import { GraphNotReady } from '../contact-graph/gate.js';
import { familyOf, type Described } from '../contact-graph/instances.js';
import { wipe } from '../contact-graph/maintenance.js';
import { refused } from '../kernel/errors.js';
import { NOT_REBUILT_ALONE } from './problems.js';

/** A projection and those that are rebuilt with it, by name. @throws UserError */
export function aloneOf(name: string, projections: readonly Described[]): string[] {
  const names = projections.map((each) => each.name);
  if (names.includes(name)) return familyOf(name, projections).map((each) => each.name);
  throw refused(
    NOT_REBUILT_ALONE,
    `There is no projection ${name}.`,
    `Give one of ${names.join(', ')}, or rebuild everything: npx truyvet projections rebuild`,
  );
}

/** Has a projection, and those derived from it, rebuilt beside the others. @returns a sentence for the user. */
export async function rebuildOne(
  { driver }: { driver: Driver },
  [name = '', ...others]: readonly string[],
  isRunning: () => Promise<boolean>,
): Promise<string> {
  const state = await readGraphState(driver);
  if (!state) throw new GraphNotReady('it is empty, and a projector has to fill it from the log');
  await wantAgain(driver, name);
  const what = `${name}${others.length > 0 ? `, and ${others.join(', ')}, made of it,` : ''}`;
  return (await isRunning())
    ? `The running projector rebuilds ${what} from the log, beside the existing rows. See \`npx truyvet projections status\`.`
    : `The next projector rebuilds ${what} from the log. Start one: npm start, or npx truyvet projector`;
}

/** Empties the graph, with progress. @returns a sentence for the user. */
export async function rebuildAll({ driver }: { driver: Driver }, isRunning: () => Promise<boolean>): Promise<string> {
  let reported = 0;
  await wipe(driver, (removed) => {
    if (removed - reported < 500_000) return;
    reported = removed;
    console.error(`${removed} nodes and relationships removed`);
  });
  return (await isRunning())
    ? 'The graph is empty; the running projector fills it again. See `npx truyvet projections status`.'
    : 'The graph is empty. Start a projector to fill it again: npm start, or npx truyvet projector';
}
