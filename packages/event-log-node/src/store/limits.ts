/** Limits that a stream's metadata sets on how much of it may be read. */
export interface Limits {
  /** Events of a lower revision cannot be read. */
  truncateBefore: number;
  /** Only this many of the last events can be read; Infinity by default. */
  maxCount: number;
  /** Events older than this many milliseconds cannot be read; Infinity by default. */
  maxAgeMs: number;
  /** The stream was deleted. It does not exist until something is appended. */
  deleted: boolean;
}

export const NO_LIMITS: Limits = { truncateBefore: 0, maxCount: Infinity, maxAgeMs: Infinity, deleted: false };
/** Only the last event of a metadata stream counts. */
export const METASTREAM_LIMITS: Limits = { ...NO_LIMITS, maxCount: 1 };

/** The protocol writes a deletion as a truncation before the greatest of all revisions. */
export const DELETED_TRUNCATION = '9223372036854775807';
const DELETED_FROM = 2 ** 63 - 1024;

const positive = (value: unknown): number | undefined =>
  typeof value === 'number' && value > 0 ? Math.min(value, 2 ** 63) : undefined;

/** Reads the limits from a stream's metadata. Metadata that is not a JSON object sets no limits. */
export function limitsOf(metadata: Buffer): Limits {
  const parsed = parseMetadata(metadata);
  const truncateBefore = positive(parsed['$tb']) ?? 0;
  const maxAge = positive(parsed['$maxAge']);
  return {
    truncateBefore: Math.min(truncateBefore, 2 ** 47),
    maxCount: positive(parsed['$maxCount']) ?? Infinity,
    maxAgeMs: maxAge === undefined ? Infinity : maxAge * 1000,
    deleted: truncateBefore >= DELETED_FROM,
  };
}

export function parseMetadata(metadata: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(metadata.toString('utf8'));
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject && !nestsTooDeep(value) ? { ...value } : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

/** A real server reads no deeper than this. To write deeper metadata again would overflow the stack. */
const DEEPEST = 64;

function nestsTooDeep(value: object): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > DEEPEST) return true;
    level = level.flatMap((each) => (typeof each === 'object' && each !== null ? Object.values(each) : []));
  }
  return false;
}

/** The same metadata with another `$tb`, given as digits because a number cannot hold the one of a deletion. */
export function withTruncation(metadata: Buffer, truncateBefore: string): Buffer {
  const { $tb: _, ...rest } = parseMetadata(metadata);
  const others = JSON.stringify(rest).slice(1, -1);
  return Buffer.from(`{"$tb":${truncateBefore}${others && `,${others}`}}`);
}

export const isUnlimited = (limits: Limits): boolean =>
  limits.truncateBefore === 0 && limits.maxCount === Infinity && limits.maxAgeMs === Infinity && !limits.deleted;

/** The lowest revision that may be read, without regard to age. @param last the stream's last revision. */
export const firstReadable = (limits: Limits, last: number): number =>
  limits.deleted ? last + 1 : Math.max(limits.truncateBefore, last - limits.maxCount + 1, 0);

/** Whether an event of this age may be read. */
export const isYoungEnough = (limits: Limits, createdMs: number, nowMs: number): boolean =>
  nowMs - createdMs <= limits.maxAgeMs;

export const metastreamOf = (name: string): string => `$$${name}`;
/** The stream that a metadata stream belongs to. */
export const ownerOf = (metastream: string): string => metastream.slice(2);
export const isMetastream = (name: string): boolean => name.startsWith('$$');
