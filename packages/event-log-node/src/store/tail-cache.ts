/** Keeps the last written groups of blocks in memory for live subscribers and readers near the end. */
export class TailCache {
  private groups: { start: number; end: number; bytes: Buffer }[] = [];
  private held = 0;

  /** @param limit the largest number of bytes to keep. */
  constructor(private readonly limit: number) {}

  push(start: number, bytes: Buffer): void {
    this.groups.push({ start, end: start + bytes.length, bytes: alone(bytes) });
    this.held += bytes.length;
    let drop = 0;
    while (this.held > this.limit && drop < this.groups.length - 1) this.held -= this.groups[drop++]!.bytes.length;
    if (drop > 0) this.groups.splice(0, drop);
  }

  /** The bytes from `position` to the end of the group that holds it; undefined when none does. */
  from(position: number): Buffer | undefined {
    let low = 0;
    let high = this.groups.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const group = this.groups[middle]!;
      if (position < group.start) high = middle - 1;
      else if (position >= group.end) low = middle + 1;
      else return group.bytes.subarray(position - group.start);
    }
    return undefined;
  }

  clear(): void {
    this.groups = [];
    this.held = 0;
  }
}

/**
 * Copies bytes into memory of their own. A small buffer is a slice of a larger one, which would stay
 * in memory with it.
 */
function alone(bytes: Buffer): Buffer {
  if (bytes.buffer.byteLength === bytes.length) return bytes;
  const own = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(own);
  return own;
}
