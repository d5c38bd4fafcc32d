import { ContactLists } from '../tracing/index.js';
import type { EventStore } from '../event-log/event-store.js';
import { TraceCache } from '../contact-graph/trace-graph.js';
import { defineDependency, graphDependency, secondsNow, type Context } from '../requests/context.js';
import type { QuestionGraph } from './question-ports.js';
import { Neo4jQuestions } from './question-queries.js';

/** Everything that is needed to answer questions. */
export interface QuestionContext {
  graph: QuestionGraph;
  store: EventStore;
  lists: ContactLists;
  /** Time zone in which days are counted. */
  zone: string;
  /** Seconds. */
  now(): number;
}

/** Bytes of slots that are cached between questions. */
const SLOT_CACHE = 256 * 2 ** 20;

export const questionGraph = graphDependency<QuestionGraph>(
  'question graph',
  (driver) => new Neo4jQuestions(driver, new TraceCache(SLOT_CACHE)),
);
const contactLists = defineDependency('contact lists', ({ store }) => new ContactLists(store));

export function questionContext({ base, of }: Context): QuestionContext {
  const { store, zone } = base;
  return { graph: of(questionGraph), store, lists: of(contactLists), zone, now: () => secondsNow(base) };
}
