import { basesOf, kindOf } from '../contact-graph/instances.js';
import { eventsInto, type FactProjection, type VisitProjection } from '../contact-graph/projection.js';
import type { EventSet } from '../kernel/event.js';
import { boot, oneOwner, type Program } from './boot.js';

/** What the modules bring into the contact graph, together. */
export interface GraphTypes {
  visits: VisitProjection;
  /** In the order in which they write: whoever is made of others comes after them. */
  facts: readonly FactProjection[];
  /** What comes into the graph: the same in every zone. */
  events: EventSet;
}

/** @param zone in which days are counted. */
export async function graphTypes(zone = 'UTC'): Promise<GraphTypes> {
  return graphTypesOf(await boot(), zone);
}

/** @throws Error naming what two modules, or one of them twice, say is theirs, or what a projection is made of in vain. */
export async function graphTypesOf({ projections }: Pick<Program, 'projections'>, zone: string): Promise<GraphTypes> {
  const owned: { module: string; projection: FactProjection | VisitProjection }[] = [];
  for (const { module, load } of projections) {
    for (const projection of await load(zone)) owned.push({ module, projection });
  }
  oneOwner('the projection', owned, ({ projection, module }) => [projection.name, module]);
  const names = owned.flatMap(({ module, projection }) =>
    'owns' in projection ? (projection.owns ?? []).map((name) => ({ name, module })) : [],
  );
  for (const kind of ['label', 'relationship', 'key'] as const) {
    const ofKind = names.filter(({ name }) => kindOf(name) === kind);
    oneOwner(`the ${kind}`, ofKind, ({ name, module }) => [name, module]);
  }
  const ofVisits = owned.filter(({ projection }) => isOfVisits(projection));
  oneOwner('the projection of', ofVisits, ({ module }) => ['visits', module]);
  const visits = owned.map(({ projection }) => projection).find(isOfVisits);
  if (!visits) throw new Error('no module brings visits into the contact graph');
  const facts = inOrder(owned.flatMap(({ projection }) => (isOfVisits(projection) ? [] : [projection])));
  return { visits, facts, events: eventsInto(visits, facts) };
}

const isOfVisits = (projection: FactProjection | VisitProjection): projection is VisitProjection =>
  'step' in projection;

/** As the modules come, but each after all that it is made of. */
function inOrder(facts: readonly FactProjection[]): FactProjection[] {
  const names = new Set<string>();
  const ordered: FactProjection[] = [];
  for (let left = facts; left.length > 0;) {
    const ready = left.filter((each) => basesOf(each).every((name) => names.has(name)));
    if (ready.length === 0) {
      throw new Error(`what these projections are made of is not there before them: ${left.map(({ name }) => name)}`);
    }
    for (const { name } of ready) names.add(name);
    ordered.push(...ready);
    left = left.filter((each) => !ready.includes(each));
  }
  return ordered;
}
