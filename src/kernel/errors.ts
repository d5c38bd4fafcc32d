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
