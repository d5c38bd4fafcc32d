/** Why services cannot be used, as a code for programs. */
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

/** An error for the person who starts services. Its message is in whole sentences; `fix` may say what to do. */
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

/** Whether an error is meant for people: a ServicesError, or an error of the caller that has a `fix`. */
export function saysWhatToDo(error: unknown): error is Error & { fix?: string } {
  return error instanceof Error && 'fix' in error;
}
