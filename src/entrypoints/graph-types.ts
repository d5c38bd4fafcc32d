import { basesOf, kindOf } from '../contact-graph/instances.js';
import {
  eventsInto,
  isOfVisits,
  type FactProjection,
  type Projection,
  type VisitProjection,
} from '../contact-graph/projection.js';
import type { EventSet } from '../kernel/event.js';
import { boot, oneOwner, type Program } from './boot.js';

/** The projections of all modules into the contact graph. */
export interface GraphTypes {
  visits: VisitProjection;
  /** In the order in which they write: a projection comes after those that it is based on. */
  facts: readonly FactProjection[];
  /** The events that are projected into the graph; the same in every zone. */
  events: EventSet;
}

/** @param zone the time zone of days. */
export async function graphTypes(zone = 'UTC'): Promise<GraphTypes> {
  return graphTypesOf(await boot(), zone);
}

/** @throws Error that names what two modules claim, or one module twice, or projections whose bases do not exist. */
export async function graphTypesOf({ projections }: Pick<Program, 'projections'>, zone: string): Promise<GraphTypes> {
  const owned: { module: string; projection: Projection }[] = [];
  for (const { module, load } of projections) {
    for (const projection of await load(zone)) owned.push({ module, projection });
  }
  oneOwner('the projection', owned, ({ projection, module }) => [projection.name, module]);
  const names = owned.flatMap(({ module, projection }) => projection.owns.map((name) => ({ name, module })));
  for (const kind of ['label', 'relationship', 'key'] as const) {
    const ofKind = names.filter(({ name }) => kindOf(name) === kind);
    oneOwner(`the ${kind}`, ofKind, ({ name, module }) => [name, module]);
  }
  const ofVisits = owned.filter(({ projection }) => isOfVisits(projection));
  oneOwner('the projection of', ofVisits, ({ module }) => ['visits', module]);
  const visits = owned.map(({ projection }) => projection).find(isOfVisits);
  if (!visits) throw new Error('no module projects visits into the contact graph');
  const facts = inOrder(owned.flatMap(({ projection }) => (isOfVisits(projection) ? [] : [projection])));
  return { visits, facts, events: eventsInto(visits, facts) };
}

/** In the order of the modules, but each projection after those that it is based on. */
function inOrder(facts: readonly FactProjection[]): FactProjection[] {
  const names = new Set<string>();
  const ordered: FactProjection[] = [];
  for (let left = facts; left.length > 0;) {
    const ready = left.filter((each) => basesOf(each).every((name) => names.has(name)));
    if (ready.length === 0) {
      throw new Error(`projections have to follow those they are based on: ${left.map(({ name }) => name)}`);
    }
    for (const { name } of ready) names.add(name);
    ordered.push(...ready);
    left = left.filter((each) => !ready.includes(each));
  }
  return ordered;
}
