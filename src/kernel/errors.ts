/** An error whose message is meant for the person who runs the command: printed without a stack. */
export class UserError extends Error {
  /** @param fix what to do about it, as a command or a sentence. */
  constructor(
    message: string,
    readonly fix?: string,
  ) {
    super(message);
    this.name = 'UserError';
  }
}

/** Nobody and nothing of that name is known. */
export class NotKnown extends UserError {
  /** As programs know it. */
  readonly code = 'not-known';

  constructor(message: string, fix: string) {
    super(message, fix);
    this.name = 'NotKnown';
  }
}

/**
 * Whether an error is meant for the person who runs the command. Those of the packages are known by their shape: they have
 * a code, and may say what to do. Errors of the system have a code alone.
 */
export function isForPeople(error: unknown): error is Error & { fix?: string } {
  if (error instanceof UserError) return true;
  return error instanceof Error && 'fix' in error && 'code' in error && typeof error.code === 'string';
}
