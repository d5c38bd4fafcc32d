/** A text message as it is handed to a provider; the id is the same whenever the same message is tried again. */
export interface Message {
  id: string;
  /** E.164, such as +84912345678. */
  to: string;
  text: string;
}

export interface Receipt {
  /** The provider's own name for the message. */
  reference: string;
}

/**
 * Somebody who delivers text messages. A message that `send` has accepted is found by `wasSent` from then on, also by
 * other processes and after a crash of this one.
 */
export interface SmsProvider {
  readonly name: string;
  /**
   * Hands a message over; done means accepted for good. An id that was accepted before is not sent again.
   * @throws OurFault, TheirFault or ReceiverFault; any other error counts as ours.
   */
  send(message: Message): Promise<Receipt>;
  /** What became of a message of which the answer was lost. */
  wasSent(id: string): Promise<Receipt | undefined>;
  close(): Promise<void>;
}

/** Something on our side is wrong, such as a full disk: to be tried again once it is right. */
export class OurFault extends Error {
  override readonly name = 'OurFault';
}

/** The provider cannot take it now: to be tried again, or through another one. */
export class TheirFault extends Error {
  override readonly name = 'TheirFault';
}

/** This number can never get it: trying again does not help, somebody has to visit. */
export class ReceiverFault extends Error {
  override readonly name = 'ReceiverFault';
}
