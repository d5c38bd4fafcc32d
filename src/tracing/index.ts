/** What other modules may import from tracing. */
export { ContactLists } from './contact-lists.js';
export { addToContactList, emptyContactList, type ContactList } from './contacts.js';
export { evidenceOf, type Encounter, type MeetingRules, type Pair } from './evidence.js';
export { TRACE_QUEUE } from './jobs.js';
export { TouchedCases } from './touched.js';
export { Neo4jTracing } from './tracing-graph.js';
export { traceCase } from './worker.js';
