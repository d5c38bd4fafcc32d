/** Why an event log cannot be used, as a code for programs. */
export type EventLogErrorCode =
  | 'access-unusable'
  | 'damaged'
  | 'disk-full'
  | 'folder-unusable'
  | 'in-use'
  | 'index-unusable'
  | 'newer-format'
  | 'no-log'
  | 'port-unavailable'
  | 'read-only'
  | 'users-unreadable';

/** An error for the person who runs the event log. Its message is in whole sentences; `fix` says what to do. */
export class EventLogError extends Error {
  override readonly name = 'EventLogError';

  /** @param fix what to do about it, as a command or a sentence. */
  constructor(
    readonly code: EventLogErrorCode,
    message: string,
    readonly fix: string,
  ) {
    super(message);
  }
}
