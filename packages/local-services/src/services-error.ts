/** What stands in the way of the services, as a program can tell it. */
export type ServicesErrorCode =
  | 'docker-failed'
  | 'does-not-answer'
  | 'download-failed'
  | 'folder-unusable'
  | 'install-failed'
  | 'no-free-port'
  | 'not-running'
  | 'refused'
  | 'start-failed'
  | 'state-unreadable'
  | 'tool-missing';

/** An error for the person who starts services: its message is whole sentences, and it may say what to do. */
export class ServicesError extends Error {
  override readonly name = 'ServicesError';

  /** @param fix what to do about it, as a command or a sentence. */
  constructor(
    readonly code: ServicesErrorCode,
    message: string,
    readonly fix?: string,
  ) {
    super(message);
  }
}

/** Whether an error is for people: those of this package, and those of the caller's that say what to do. */
export function saysWhatToDo(error: unknown): error is Error & { fix?: string } {
  return error instanceof Error && 'fix' in error;
}
