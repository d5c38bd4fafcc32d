/** What other modules may use of delivery: how messages are sent, and what is known about each. */
export { Allowance } from './allowance.js';
export { Dispatcher, Elsewhere, HandedOverElsewhere, SURELY_OVER, type Outcome } from './dispatcher.js';
export {
  AlertReplayOrdered,
  AlertingPaused,
  AlertingResumed,
  MessageDue,
  operationsStream,
  type MessageEvent,
} from './events.js';
export type { Earlier, Outgoing } from './loaded-message.js';
export { failingProviders, type SharedKeys } from './failing-providers.js';
export { queueOf, type NewJob } from './message-jobs.js';
export { fill, names, readMessages, withoutDiacritics, type Messages, type TextSettings } from './messages.js';
export { AlertMetrics, watchAlerting } from './metrics.js';
export { NOBODY_GETS_THEM } from './outbox-notice.js';
export { knownOperatorOrders, type KnownOperatorOrders } from './known-operator-orders.js';
export { operatorOrdersDecider } from './operator-orders.js';
export type { MessageContent } from './phone-allowance.js';
export {
  type MessageHandler,
  type MessageJob,
  NotNotedYet,
  Purposes,
  type Purpose,
  type Reported,
  type Sample,
} from './purposes.js';
export { reachesPeople, sayWhereNobodyGetsThem } from './reaches-people.js';
export { REPORT_QUEUE } from './reports.js';
export { Routes, type Route } from './routes.js';
export { SENDING, type Sending } from './sending.js';
