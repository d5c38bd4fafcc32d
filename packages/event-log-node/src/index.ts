// Only what loads quickly. `/server` exports the server, and `/verify` exports what checks an event log.
export {
  accessFiles,
  accessFolderOf,
  logFolderOf,
  logUrl,
  LOG_USERS,
  openUrl,
  type AccessFiles,
  type LogAddress,
  type LogUser,
} from './event-log-access.js';
export { EventLogError, type EventLogErrorCode } from './event-log-error.js';
