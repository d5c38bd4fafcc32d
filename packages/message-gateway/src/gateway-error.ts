/** What is wrong with the settings of providers, as a program can tell it. */
export type GatewayErrorCode = 'secret-missing' | 'settings-unreadable' | 'settings-wrong';

/** An error for the person who sets providers up: its message is whole sentences, and it says what to do. */
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
