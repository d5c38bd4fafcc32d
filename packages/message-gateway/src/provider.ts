/** A text message for a provider. The id stays the same when the same message is tried again. */
export interface Message {
  id: string;
  /** E.164, such as +84912345678. */
  to: string;
  text: string;
}

export interface Receipt {
  /** The provider's id of the message. */
  reference: string;
}

/** What a provider reports about a message after it accepted it. It does not say whether the message was read. */
export interface DeliveryReport {
  /** The provider's id of the message, as `send` returned it. */
  reference: string;
  status: 'network-delivered' | 'failed';
  /** The provider's own text or code. */
  detail: string;
}

/**
 * Delivers text messages. When it knows fates, `wasSent` finds a message from the moment `send` accepted it, also in
 * other processes and after a crash of this one.
 */
export interface SmsProvider {
  /** The configured name, which appears in events and metrics. */
  readonly name: string;
  readonly knows: {
    /** It does not send an id again that it accepted before. */
    repeats: boolean;
    /** It recognises repeated ids on the same day only, in Viet Nam's calendar. */
    ofTheDay?: boolean;
    /** It can be asked what happened to an id. */
    fates: boolean;
  };
  /**
   * Hands a message over. When it returns, the message is accepted for good.
   * @throws OurFault, TheirFault or ReceiverFault when the message was certainly not accepted; Uncertain, or any
   * other error, when it may have been.
   */
  send(message: Message): Promise<Receipt>;
  /** Finds a message whose answer was lost. Undefined when the provider does not have it, or does not know fates. */
  wasSent(id: string): Promise<Receipt | undefined>;
  /** Present when delivery reports come over the provider's own connection. Calls the listener with each of them. */
  onReport?(listener: (report: DeliveryReport) => void): void;
  close(): Promise<void>;
}

/** Something is wrong on our side, such as a full disk. Try again after it is corrected. */
export class OurFault extends Error {
  override readonly name = 'OurFault';
}

/** The provider cannot take the message now. Try again, or use another provider. */
export class TheirFault extends Error {
  override readonly name = 'TheirFault';
}

/** This number can never receive the message. Trying again does not help; somebody has to visit. */
export class ReceiverFault extends Error {
  override readonly name = 'ReceiverFault';
}

/** The answer was lost: the message may have been sent or not. */
export class Uncertain extends Error {
  override readonly name = 'Uncertain';
}
