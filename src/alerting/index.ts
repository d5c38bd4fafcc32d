/** What other modules may use of alerting: who got which message, for whom it is valid, and how it is worded. */
export { Neo4jAlerts } from './alert-graph.js';
export type { AlertGraph, HeldCase } from './alert-ports.js';
export { foretold, type Foretold } from './foretold.js';
export { loadAlert } from './loaded-alert.js';
export { OPEN, alertDecider, canBeReliedOn, keptFromReplay, speaksOf } from './alert.js';
export type { CaseViews } from './case-views.js';
export { AlertRequested, AlertsApproved, AlertsRefused, alertStream } from './events.js';
export type { Gathering } from './gathering.js';
export { heldCase, heldShown, withReasons } from './held-cases.js';
export { alertQueues } from './jobs.js';
export { isBusy } from './sweeper.js';
export type { Recipients } from './recipients.js';
export type { Rules } from './rules.js';
export { Texts } from './texts.js';
export { ALERTING } from './work.js';
