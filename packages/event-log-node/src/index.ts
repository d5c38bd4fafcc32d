// What is light to load. The server is in `/server`, what looks an event log through in `/verify`.
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
