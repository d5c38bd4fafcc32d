import { streamsPb, sharedPb } from './definitions.js';
import { lengthField, varintField } from '../format/wire.js';
import { FRAME_HEADER } from '../format/event-frame.js';

/** The rare messages of a Read, encoded. */

export function confirmation(subscriptionId: string): Uint8Array {
  const message = new streamsPb.ReadResp.SubscriptionConfirmation();
  message.setSubscriptionId(subscriptionId);
  const response = new streamsPb.ReadResp();
  response.setConfirmation(message);
  return response.serializeBinary();
}

export function streamNotFound(name: string): Uint8Array {
  const identifier = new sharedPb.StreamIdentifier();
  identifier.setStreamName(Buffer.from(name));
  const message = new streamsPb.ReadResp.StreamNotFound();
  message.setStreamIdentifier(identifier);
  const response = new streamsPb.ReadResp();
  response.setStreamNotFound(message);
  return response.serializeBinary();
}

export function caughtUp(): Uint8Array {
  const response = new streamsPb.ReadResp();
  response.setCaughtUp(new streamsPb.ReadResp.CaughtUp());
  return response.serializeBinary();
}

export const checkpoint = (position: number): Uint8Array =>
  lengthField(3, varintField(1, position), varintField(2, position));

/** The message of an event's frame with its id as two numbers, for callers that ask for ids so. */
export function withStructuredId(bytes: Buffer, start: number, end: number): Uint8Array {
  const response = streamsPb.ReadResp.deserializeBinary(bytes.subarray(start + FRAME_HEADER, end));
  const uuid = response.getEvent()?.getEvent()?.getId();
  if (uuid !== undefined) {
    const digits = uuid.getString().replaceAll('-', '');
    const structured = new sharedPb.UUID.Structured();
    structured.setMostSignificantBits(BigInt.asIntN(64, BigInt(`0x${digits.slice(0, 16)}`)).toString());
    structured.setLeastSignificantBits(BigInt.asIntN(64, BigInt(`0x${digits.slice(16)}`)).toString());
    uuid.setStructured(structured);
  }
  return response.serializeBinary();
}
