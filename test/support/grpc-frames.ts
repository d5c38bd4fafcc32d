import type { Readable } from 'node:stream';

/** A length-prefixed gRPC message begins with one byte that says whether it is compressed and four bytes of length. */
const HEAD = 5;

/**
 * Each message of a body, complete.
 * @throws if one is compressed, which callers of this proxy never do.
 */
export async function* messagesIn(body: Readable): AsyncIterable<Buffer> {
  let held: Buffer = Buffer.alloc(0);
  // A reader that stops in the middle still has to send an answer.
  for await (const chunk of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    while (held.length >= HEAD && held.length >= HEAD + held.readUInt32BE(1)) {
      if (held[0] !== 0) throw new Error('a compressed message');
      const end = HEAD + held.readUInt32BE(1);
      yield held.subarray(HEAD, end);
      held = held.subarray(end);
    }
  }
  if (held.length > 0) throw new Error('a body that ends within a message');
}

export function framed(message: Uint8Array, compressed = false): Buffer {
  const frame = Buffer.alloc(HEAD + message.length);
  frame[0] = compressed ? 1 : 0;
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, HEAD);
  return frame;
}
