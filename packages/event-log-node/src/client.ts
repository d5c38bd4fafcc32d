export { endLogClient } from './client/log-client.js';
export { openLogClient } from './client/open-log-client.js';
export {
  LogWire,
  type ExpectedRevision,
  type FollowListener,
  type Following,
  type LogPosition,
  type ReadEvent,
  type SentEvent,
  type TypeFilter,
} from './client/log-wire.js';
export { isUnimplemented } from './client/call-errors.js';
