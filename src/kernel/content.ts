import { z } from 'zod';
import { formatInstant, LATEST_INSTANT, readInstant } from './instant.js';
import { halfCharacterIn } from './text.js';

/**
 * What fields of events may hold: whatever is accepted by these can be brought into the graph and read by every reader.
 * Narrower bounds, with words for whoever typed it, are those of what comes in; a log of an earlier version holds nothing
 * beyond these but what no graph could keep.
 */

/** Characters that an index of the graph takes in one key, and room for what it is joined with: three bytes each at most. */
export const LONGEST_REFERENCE = 2_000;
const LONGEST_NAME = 200;
/** The graph keeps whole numbers in 64 bits; sums of these stay far below that. */
const MOST = 0x7fff_ffff;

/**
 * Characters of any text that is stored from now on, so that no single text fills an append. What a log holds already is
 * read whatever its length.
 */
export const LONGEST_TEXT = 20_000;

/** Where a value holds a longer text; undefined when it holds none. */
export function textTooLongIn(value: unknown): PropertyKey[] | undefined {
  if (typeof value === 'string') return value.length > LONGEST_TEXT ? [] : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, each] of Object.entries(value)) {
    const found = textTooLongIn(each);
    if (found) return [key, ...found];
  }
  return undefined;
}

/** A text that is compared, or kept letter by letter: half of a character becomes the same mark wherever it is written. */
const whole = (text: z.ZodString) =>
  text.refine((value) => !halfCharacterIn(value), 'holds half of a character; write it as whole characters');

/** Any text; what people and providers write. */
export const freeText = z.string();
export const exactText = whole(z.string());
export const id = whole(z.string().min(1).max(200, 'is longer than 200 characters; shorten it'));
/** Of a provider, or of who gave an order. */
export const name = whole(z.string().max(LONGEST_NAME, `is longer than ${LONGEST_NAME} characters; shorten it`));
/** By which a provider has a message. */
export const reference = whole(
  z.string().max(LONGEST_REFERENCE, `is longer than ${LONGEST_REFERENCE} characters; shorten it`),
);
export const seat = whole(z.string().min(1).max(20, 'is longer than 20 characters; shorten it')).nullable();

export const instant = z
  .string()
  .regex(
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
    'is no instant of UTC with whole seconds; write it as 2021-08-01T09:30:00Z',
  )
  .refine(isInstant, 'is no time from 1970 to the beginning of 2106; correct the date');

export const day = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d$/, 'is no day; write it as 2021-08-01')
  .refine(isDay, 'is no day of the calendar; correct it');

/** Of anything that is counted. */
export const count = z.int().min(0).max(MOST, `is more than ${MOST}; correct it`);
/** The same of what begins with 1. */
export const ordinal = z.int().min(1).max(MOST, `is more than ${MOST}; correct it`);

/** May be parts of one. */
export const minutes = z.number().min(0).max(MOST, `is more than ${MOST}; correct it`);

/** The last day that a message names: `open` where it counts days from a last contact yet to come. */
export const lastDay = z.union([day, z.literal('open')]).nullable();

/** A field that only the person's own key opens: AES-256-GCM, all parts in base64. */
export const sealed = z.strictObject({ nonce: exactText, text: exactText, tag: exactText });
export type Sealed = z.infer<typeof sealed>;

/** A position of the log: its commit, and its prepare where that is another. */
export const position = z
  .string()
  .regex(/^\d{1,19}(\/\d{1,19})?$/, 'is no position of the log; write it as 1234/1234')
  .refine(
    (text) => text.split('/').every((each) => /^\d+$/.test(each) && BigInt(each) < 2n ** 63n),
    'is beyond the end of any log',
  );

/** A date that does not exist is read as the day after, or not at all. */
function isInstant(text: string): boolean {
  const at = readInstant(text);
  return at >= 0 && at <= LATEST_INSTANT && formatInstant(at) === text;
}

function isDay(text: string): boolean {
  const at = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}
