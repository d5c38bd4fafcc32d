/** What a stream's metadata says about how much of it may be read. Pure. */
export interface Limits {
  /** Events of a lower revision are not read. */
  truncateBefore: number;
  /** Only the last so many are read; Infinity when not said. */
  maxCount: number;
  /** Events older than so many milliseconds are not read; Infinity when not said. */
  maxAgeMs: number;
  /** The stream was deleted: it does not exist until something is appended. */
  deleted: boolean;
}

export const NO_LIMITS: Limits = { truncateBefore: 0, maxCount: Infinity, maxAgeMs: Infinity, deleted: false };
/** A metadata stream keeps its last event only. */
export const METASTREAM_LIMITS: Limits = { ...NO_LIMITS, maxCount: 1 };

/** Truncating before the greatest of all revisions is how the protocol writes a deletion. */
export const DELETED_TRUNCATION = '9223372036854775807';
const DELETED_FROM = 2 ** 63 - 1024;

const positive = (value: unknown): number | undefined =>
  typeof value === 'number' && value > 0 ? Math.min(value, 2 ** 63) : undefined;

/** Reads the limits out of a stream's metadata; what is no JSON object limits nothing. */
export function limitsOf(metadata: Buffer): Limits {
  const said = parseMetadata(metadata);
  const truncateBefore = positive(said['$tb']) ?? 0;
  const maxAge = positive(said['$maxAge']);
  return {
    truncateBefore: Math.min(truncateBefore, 2 ** 47),
    maxCount: positive(said['$maxCount']) ?? Infinity,
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

/** Deeper than a real server reads; written again, it would take more of the stack than there is. */
const DEEPEST = 64;

function nestsTooDeep(value: object): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > DEEPEST) return true;
    level = level.flatMap((each) => (typeof each === 'object' && each !== null ? Object.values(each) : []));
  }
  return false;
}

/** The same metadata with another `$tb`, given as digits because no number holds the one of a deletion. */
export function withTruncation(metadata: Buffer, truncateBefore: string): Buffer {
  const { $tb: _, ...rest } = parseMetadata(metadata);
  const others = JSON.stringify(rest).slice(1, -1);
  return Buffer.from(`{"$tb":${truncateBefore}${others && `,${others}`}}`);
}

export const isUnlimited = (limits: Limits): boolean =>
  limits.truncateBefore === 0 && limits.maxCount === Infinity && limits.maxAgeMs === Infinity && !limits.deleted;

/** The lowest revision that may be read, age apart. @param last the stream's last revision. */
export const firstReadable = (limits: Limits, last: number): number =>
  limits.deleted ? last + 1 : Math.max(limits.truncateBefore, last - limits.maxCount + 1, 0);

/** Whether an event of this age may be read. */
export const isYoungEnough = (limits: Limits, createdMs: number, nowMs: number): boolean =>
  nowMs - createdMs <= limits.maxAgeMs;

export const metastreamOf = (name: string): string => `$$${name}`;
/** The stream of which a metadata stream tells. */
export const ownerOf = (metastream: string): string => metastream.slice(2);
export const isMetastream = (name: string): boolean => name.startsWith('$$');
