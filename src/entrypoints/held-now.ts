import { Neo4jAlerts } from '../alerting/alert-graph.js';
import { openGraph } from '../contact-graph/index.js';
import type { Runtime } from './runtime.js';

/** Cases whose contacts are alerted only after a person has approved it. */
export interface HeldNow {
  cases: number;
  contacts: number;
}

const MOST = 1_000;

export async function heldNow(runtime: Runtime): Promise<HeldNow> {
  const graph = openGraph(runtime);
  try {
    const held = (await new Neo4jAlerts(graph.driver).heldCases(MOST)).filter(({ status }) => status === 'held');
    return { cases: held.length, contacts: held.reduce((sum, { contacts }) => sum + contacts, 0) };
  } finally {
    await graph.close();
  }
}

/** Lines for the command line; none if no case is held. */
export function* describedHeld({ cases, contacts }: HeldNow): Iterable<string> {
  if (cases === 0) return;
  const whose = cases === 1 ? '1 case' : `${cases} cases`;
  yield `${contacts} contacts of ${whose} are not notified yet: the numbers are unlikely, and a person has to decide.`;
  yield 'To see which cases, and why: npx truyvet brake';
}
