import { streamsPb, sharedPb, type shared_pb } from './definitions.js';
import { lengthField, varintField } from '../format/wire.js';

/** Encodes the rare messages of a Read. */

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

/** The event message with its id, and the id of its link, as two numbers, for callers that ask for structured ids. */
export function withStructuredIds(message: Uint8Array): Uint8Array {
  const response = streamsPb.ReadResp.deserializeBinary(message);
  const read = response.getEvent();
  for (const recorded of [read?.getEvent(), read?.getLink()]) structure(recorded?.getId());
  return response.serializeBinary();
}

function structure(uuid: shared_pb.UUID | undefined): void {
  if (uuid === undefined) return;
  const digits = uuid.getString().replaceAll('-', '');
  const structured = new sharedPb.UUID.Structured();
  structured.setMostSignificantBits(BigInt.asIntN(64, BigInt(`0x${digits.slice(0, 16)}`)).toString());
  structured.setLeastSignificantBits(BigInt.asIntN(64, BigInt(`0x${digits.slice(16)}`)).toString());
  uuid.setStructured(structured);
}
