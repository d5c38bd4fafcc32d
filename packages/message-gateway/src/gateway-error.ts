/** What is wrong with the settings of providers, as a code for programs. */
export type GatewayErrorCode = 'secret-missing' | 'settings-unreadable' | 'settings-wrong';

/** An error for the person who sets up providers. Its message is in whole sentences; `fix` says what to do. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';

  /** @param fix what to do about it, as a command or a sentence. */
  constructor(
    readonly code: GatewayErrorCode,
    message: string,
    readonly fix: string,
  ) {
    super(message);
  }
}
