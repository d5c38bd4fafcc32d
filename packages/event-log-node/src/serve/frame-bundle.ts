import type { streams_pb } from './definitions.js';

/**
 * Several gRPC frames sent as one write. grpc-js frames and writes each message by itself, which costs more than
 * everything else. But it only reads the `byteLength` of a serialized message and calls its `copy` with the memory
 * behind the five bytes of the frame header. A bundle copies its first frame's header over these five bytes, so the
 * peer sees many frames.
 */
export class FrameBundle {
  private readonly parts: { bytes: Buffer; start: number; end: number }[] = [];
  length = 0;
  count = 0;

  /** Adds one whole frame: the bytes from `start` to `end`. */
  add(bytes: Buffer, start: number, end: number): void {
    this.length += end - start;
    this.count++;
    const last = this.parts[this.parts.length - 1];
    if (last !== undefined && last.bytes === bytes && last.end === start) last.end = end;
    else this.parts.push({ bytes, start, end });
  }

  /** Adds a message as a frame. */
  addMessage(message: Uint8Array): void {
    const frame = Buffer.allocUnsafe(5 + message.length);
    frame[0] = 0;
    frame.writeUInt32BE(message.length, 1);
    frame.set(message, 5);
    this.add(frame, 0, frame.length);
  }

  get byteLength(): number {
    return this.length - 5;
  }

  copy(target: Buffer): number {
    let at = 0;
    for (const { bytes, start, end } of this.parts) at += bytes.copy(target, at, start, end);
    return at;
  }
}

/** Passes a bundle through unchanged. grpc-js treats the result as a Buffer. */
export const bundled = { responseSerialize: (bundle: FrameBundle): FrameBundle => bundle };

/** A response built with the generated code, for messages that are not on the hot path. */
export const messageBundle = (message: streams_pb.ReadResp | streams_pb.AppendResp): FrameBundle => {
  const bundle = new FrameBundle();
  bundle.addMessage(message.serializeBinary());
  return bundle;
};
