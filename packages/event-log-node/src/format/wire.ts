/** The few protobuf primitives that the hot messages need. Numbers are non-negative and exact up to 2^53. */

const HIGH = 2 ** 32;

/** How many bytes `value` takes as a varint. */
export function varintLength(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x200000) return 3;
  if (value < 0x10000000) return 4;
  let length = 5;
  for (let rest = Math.floor(value / 0x800000000); rest > 0; rest = Math.floor(rest / 128)) length++;
  return length;
}

/** Writes `value` as a varint at `at` and answers the offset after it. */
export function writeVarint(bytes: Buffer, at: number, value: number): number {
  while (value > 0x7fffffff) {
    bytes[at++] = (value % 128) | 0x80;
    value = Math.floor(value / 128);
  }
  while (value > 0x7f) {
    bytes[at++] = (value & 0x7f) | 0x80;
    value >>>= 7;
  }
  bytes[at++] = value;
  return at;
}

/** A varint field in its own bytes, for messages assembled from parts. */
export function varintField(field: number, value: number): Buffer {
  const bytes = Buffer.allocUnsafe(1 + varintLength(value));
  bytes[0] = field << 3;
  writeVarint(bytes, 1, value);
  return bytes;
}

/** A length-delimited field: a string, bytes, or a message assembled from parts. Field numbers below 16 only. */
export function lengthField(field: number, ...parts: Uint8Array[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const bytes = Buffer.allocUnsafe(1 + varintLength(length) + length);
  bytes[0] = (field << 3) | 2;
  let at = writeVarint(bytes, 1, length);
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Reads one protobuf message from front to back. Throws RangeError when the bytes are not a valid message. */
export class WireReader {
  constructor(
    readonly bytes: Buffer,
    public at = 0,
    readonly end = bytes.length,
  ) {}

  /** The next field's tag (number << 3 | wire type), or 0 at the end. */
  tag(): number {
    return this.at >= this.end ? 0 : this.varint();
  }

  /** An unsigned varint; above 2^53 it is rounded, never wrapped. */
  varint(): number {
    const { bytes } = this;
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.at >= this.end) throw new RangeError('A number is cut short.');
      const byte = bytes[this.at++]!;
      if (shift < 28) low |= (byte & 0x7f) << shift;
      else if (shift === 28) {
        low |= (byte & 0x0f) << 28;
        high |= (byte & 0x70) >> 4;
      } else high |= (byte & 0x7f) << (shift - 32);
      if (byte < 0x80) return (low >>> 0) + (high >>> 0) * HIGH;
    }
    throw new RangeError('A number is longer than ten bytes.');
  }

  /** Reads the length of a length-delimited field and answers the offset of its end. `at` is then its start. */
  open(): number {
    const length = this.varint();
    const end = this.at + length;
    if (end > this.end) throw new RangeError('A field is cut short.');
    return end;
  }

  /** The bytes of a length-delimited field, not copied. */
  delimited(): Buffer {
    const end = this.open();
    const value = this.bytes.subarray(this.at, end);
    this.at = end;
    return value;
  }

  /** A reader of the message in a length-delimited field. */
  message(): WireReader {
    const end = this.open();
    const reader = new WireReader(this.bytes, this.at, end);
    this.at = end;
    return reader;
  }

  /** Skips the value of an unneeded field. */
  skip(tag: number): void {
    switch (tag & 7) {
      case 0:
        this.varint();
        return;
      case 1:
        this.at += 8;
        return;
      case 2:
        this.at = this.open();
        return;
      case 5:
        this.at += 4;
        return;
      default:
        throw new RangeError(`Wire type ${tag & 7} is not known.`);
    }
  }
}
