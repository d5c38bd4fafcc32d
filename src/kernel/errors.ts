/** An error whose message is for the person who runs the command. It is printed without a stack. */
export class UserError extends Error {
  /** @param fix how to solve the problem, as a command or a sentence. */
  constructor(
    message: string,
    readonly fix?: string,
  ) {
    super(message);
    this.name = 'UserError';
  }
}

/** No person or thing with that name is known. */
export class NotKnown extends UserError {
  /** For programs. */
  readonly code = 'not-known';

  constructor(message: string, fix: string) {
    super(message, fix);
    this.name = 'NotKnown';
  }
}

/**
 * Whether an error is for the person who runs the command. Errors of the packages are recognised by their shape, a code
 * and a `fix`. System errors have only a code.
 */
export function isForPeople(error: unknown): error is Error & { fix?: string } {
  if (error instanceof UserError) return true;
  return error instanceof Error && 'fix' in error && 'code' in error && typeof error.code === 'string';
}
