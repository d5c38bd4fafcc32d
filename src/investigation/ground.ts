import { ContactLists } from '../tracing/index.js';
import type { EventStore } from '../event-log/event-store.js';
import { TraceCache } from '../contact-graph/trace-graph.js';
import { definePart, graphPart, secondsNow, type Context } from '../requests/context.js';
import type { QuestionGraph } from './question-ports.js';
import { Neo4jQuestions } from './question-queries.js';

/** What questions are answered from. */
export interface Ground {
  graph: QuestionGraph;
  store: EventStore;
  lists: ContactLists;
  /** In which days are counted. */
  zone: string;
  /** Seconds. */
  now(): number;
}

/** Bytes that are kept of slots between questions. */
const SLOT_CACHE = 256 * 2 ** 20;

export const questionGraph = graphPart<QuestionGraph>(
  'question graph',
  (driver) => new Neo4jQuestions(driver, new TraceCache(SLOT_CACHE)),
);
const contactLists = definePart('contact lists', ({ store }) => new ContactLists(store));

export function groundOf({ base, of }: Context): Ground {
  const { store, zone } = base;
  return { graph: of(questionGraph), store, lists: of(contactLists), zone, now: () => secondsNow(base) };
}
