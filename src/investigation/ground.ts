import type { Driver } from 'neo4j-driver';
import { Neo4jQuestions } from './question-queries.js';
import { TraceCache } from '../contact-graph/trace-graph.js';
import type { EventStore } from '../event-log/event-store.js';
import type { Config } from '../platform/config.js';
import { ContactLists } from '../tracing/contact-lists.js';
import type { Ground } from './question.js';

/** Bytes that are kept of slots between questions. */
const SLOT_CACHE = 256 * 2 ** 20;

/**
 * What questions are answered from in a process.
 * @param zone in which days are counted.
 */
export function groundOf(
  driver: Driver,
  store: EventStore,
  { zone = 'UTC', now = Date.now }: Partial<Pick<Config, 'zone' | 'now'>> = {},
): Ground {
  return {
    graph: new Neo4jQuestions(driver, new TraceCache(SLOT_CACHE)),
    store,
    zone,
    lists: new ContactLists(store),
    now: () => Math.floor(now() / 1000),
  };
}
