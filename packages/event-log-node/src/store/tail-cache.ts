/** The last groups of blocks written, kept in memory: what live subscribers and fresh readers ask for. */
export class TailCache {
  private groups: { start: number; end: number; bytes: Buffer }[] = [];
  private held = 0;

  /** @param limit bytes to keep at most. */
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

/** The same bytes in memory of their own: a small buffer is a piece of a larger one, all of which would stay with it. */
function alone(bytes: Buffer): Buffer {
  if (bytes.buffer.byteLength === bytes.length) return bytes;
  const own = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(own);
  return own;
}
