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

/** What a provider says of a message after it had accepted it; nobody knows whether it was read. */
export interface DeliveryReport {
  /** The provider's own name for the message, as `send` gave it. */
  reference: string;
  status: 'network-delivered' | 'failed';
  /** The provider's own words or code. */
  detail: string;
}

/**
 * Somebody who delivers text messages. Where it knows fates, a message that `send` has accepted is found by `wasSent`
 * from then on, also by other processes and after a crash of this one.
 */
export interface SmsProvider {
  /** As configured; stands in events and metrics. */
  readonly name: string;
  readonly knows: {
    /** An id that was accepted before is not sent again. */
    repeats: boolean;
    /** Of ids it recognises those of the same day only, as the calendar of Viet Nam has it. */
    ofTheDay?: boolean;
    /** It can be asked what became of an id. */
    fates: boolean;
  };
  /**
   * Hands a message over; done means accepted for good.
   * @throws OurFault, TheirFault or ReceiverFault when it was certainly not accepted; Uncertain, or any other error,
   * when it may have been.
   */
  send(message: Message): Promise<Receipt>;
  /** What became of a message of which the answer was lost. Undefined where fates are not known. */
  wasSent(id: string): Promise<Receipt | undefined>;
  /** Where delivery reports come over the provider's own connection: who is told of them. */
  onReport?(listener: (report: DeliveryReport) => void): void;
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

/** The answer was lost: the message may have gone or not. */
export class Uncertain extends Error {
  override readonly name = 'Uncertain';
}
