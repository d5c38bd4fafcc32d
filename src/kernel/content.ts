import { z } from 'zod';
import { LATEST_INSTANT, readInstant } from './instant.js';
import { halfCharacterIn } from './text.js';

/**
 * Schemas for the fields of events. The graph can store, and every reader can read, any value that they accept.
 * Incoming data has narrower bounds, with messages for the person who typed it. Logs of earlier versions exceed these
 * schemas only in values that no graph could store.
 */

/**
 * In characters. A key in an index of the graph holds this text, at up to three bytes a character, and what is joined
 * to it.
 */
export const LONGEST_REFERENCE = 2_000;
const LONGEST_NAME = 200;
/** The graph stores integers in 64 bits, and sums of these numbers stay far below that limit. */
const MOST = 0x7fff_ffff;

/**
 * In characters. Limits every newly stored text, so that no single text fills an append. Texts already in a log are
 * read whatever their length.
 */
export const LONGEST_TEXT = 20_000;

/** The path to the first text in a value that is longer than `LONGEST_TEXT`; undefined when there is none. */
export function textTooLongIn(value: unknown): PropertyKey[] | undefined {
  if (typeof value === 'string') return value.length > LONGEST_TEXT ? [] : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, each] of Object.entries(value)) {
    const found = textTooLongIn(each);
    if (found) return [key, ...found];
  }
  return undefined;
}

/** For texts that are compared or kept exactly. Every half character would be written as the same replacement mark. */
const whole = (text: z.ZodString) =>
  text.refine((value) => !halfCharacterIn(value), 'has half of a character; write whole characters');

/** Any text that people or providers write. */
export const freeText = z.string();
export const exactText = whole(z.string());
export const id = whole(z.string().min(1).max(200, 'is longer than 200 characters; shorten it'));
/** The name of a provider, or of the person who gave an order. */
export const name = whole(z.string().max(LONGEST_NAME, `is longer than ${LONGEST_NAME} characters; shorten it`));
/** A provider's own id for a message. */
export const reference = whole(
  z.string().max(LONGEST_REFERENCE, `is longer than ${LONGEST_REFERENCE} characters; shorten it`),
);
export const seat = whole(z.string().min(1).max(20, 'is longer than 20 characters; shorten it')).nullable();

export const instant = z
  .string()
  .regex(
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
    'is not a UTC instant with whole seconds; write it as 2021-08-01T09:30:00Z',
  )
  .refine(isInstant, 'is not a time from 1970 to the beginning of 2106; correct the date');

export const day = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d$/, 'is not a day; write it as 2021-08-01')
  .refine(isDay, 'is not a calendar day; correct it');

/** The number of something, from 0. */
export const count = z.int().min(0).max(MOST, `is more than ${MOST}; correct it`);
/** A whole number from 1. */
export const ordinal = z.int().min(1).max(MOST, `is more than ${MOST}; correct it`);

/** May be fractional. */
export const minutes = z.number().min(0).max(MOST, `is more than ${MOST}; correct it`);

/** The last day that a message names; `open` when it counts days from a last contact that is still to come. */
export const lastDay = z.union([day, z.literal('open')]).nullable();

/** A field that only the person's own key decrypts: AES-256-GCM, all parts in base64. */
export const sealed = z.strictObject({ nonce: exactText, text: exactText, tag: exactText });
export type Sealed = z.infer<typeof sealed>;

/** A position in the log: the commit position, and the prepare position if it differs. */
export const position = z
  .string()
  .regex(/^\d{1,19}(\/\d{1,19})?$/, 'is not a position in the log; write it as 1234/1234')
  .refine(
    (text) => text.split('/').every((each) => /^\d+$/.test(each) && BigInt(each) < 2n ** 63n),
    'is beyond the end of any log',
  );

/** Also compares the day, since a date or an hour that does not exist may be read as a later day. */
function isInstant(text: string): boolean {
  const at = readInstant(text);
  if (!(at >= 0 && at <= LATEST_INSTANT)) return false;
  const day = Number(text.slice(8, 10));
  const existsEachMonth = day <= 28 && text.slice(11, 13) < '24' && text.endsWith('Z');
  return existsEachMonth || new Date(at * 1000).getUTCDate() === day;
}

function isDay(text: string): boolean {
  const at = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}
