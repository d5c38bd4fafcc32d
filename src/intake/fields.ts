import { z } from 'zod';
import { readInstant, SECONDS_PER_DAY } from '../kernel/instant.js';
import { personalNumberOfId } from '../kernel/personal-numbers.js';
import { beginsLikeFormula, canonicalId, cleanText, unseenInId, unseenInText } from '../kernel/text.js';
import type { Clock } from './clock.js';
import { normalisePhone, phoneComplaint } from './phone.js';
import { DAY_TAKEN, LANGUAGE_WITHOUT_TEXTS } from './remarks.js';
import { isDay, readDay, readTime } from './times.js';

/** The schemas of the fields of rows. Each describes its values, and says how to correct a wrong one. */

type Ctx = z.RefinementCtx;

export function refuse(ctx: Ctx, reason: string, fix: string, path: string[] = []): never {
  ctx.addIssue({ code: 'custom', message: reason, params: { fix }, path });
  return z.NEVER;
}

const LONGEST_ID = 100;

const idText = (description: string) => z.string().meta({ description, minLength: 1, maxLength: LONGEST_ID });

/**
 * An id in its canonical form: composed (NFC), so that it is the same whichever program wrote it, and without invisible
 * characters, so that ids that look the same are the same.
 */
export const opaqueId = (description: string) =>
  idText(description).transform((value, ctx) => {
    const tooLong = tooLongFor(value);
    const wrong = tooLong ?? problemOfId(canonicalId(value)) ?? tooLongFor(canonicalId(value));
    return wrong ? refuse(ctx, wrong.reason, wrong.fix) : canonicalId(value);
  });

/** The problem of an id that is too long for any log, and so needs no further checks. */
function tooLongFor(id: string): Problem | undefined {
  if (id.length <= LONGEST_ID) return undefined;
  return { reason: `is longer than ${LONGEST_ID} characters`, fix: 'Shorten it.' };
}

/**
 * An id that the log may already have in a form from before today's rules. The given form is noted and looked up when
 * the row is stored. The result is the canonical form.
 */
export const olderOrNewId = (clock: Clock, column: string, description: string, { personal = false } = {}) =>
  idText(description).transform((value, ctx) => {
    const tooLong = tooLongFor(value);
    if (tooLong) return refuse(ctx, tooLong.reason, tooLong.fix);
    const id = canonicalId(value);
    const wrong = problemOfId(id) ?? tooLongFor(id) ?? (personal ? undefined : problemOfPersonal(id));
    if (wrong) clock.notes.older.push({ column, given: value, complaint: { column, ...wrong } });
    else if (id !== value || id.normalize('NFD') !== id) clock.notes.older.push({ column, given: value });
    return id;
  });

interface Problem {
  reason: string;
  fix: string;
}

/** What is wrong with the characters of an id in its canonical form. */
export function problemOfId(id: string): Problem | undefined {
  const unseen = unseenInId(id);
  if (unseen !== undefined) {
    return {
      reason: `has a character that is invisible or not text (${unseen})`,
      fix: 'Remove it: ids that look the same must be the same. Save the file as UTF-8, with the field on one line.',
    };
  }
  if (id !== id.trim()) return { reason: 'begins or ends with a space', fix: 'Remove the space.' };
  if (beginsLikeFormula(id)) {
    return {
      reason: `begins with "${id[0]}", like a formula of a spreadsheet`,
      fix: 'Put a letter before it, in every file and program that uses it.',
    };
  }
  return undefined;
}

/** The id of a person, a place or a household. It is kept in clear, so it must not contain a personal number. */
export const impersonalId = (description: string) =>
  opaqueId(impersonal(description)).transform((value, ctx) => {
    const wrong = problemOfPersonal(value);
    return wrong ? refuse(ctx, wrong.reason, wrong.fix) : value;
  });

export const impersonal = (description: string) => `${description}: an opaque id, never a phone or citizen number.`;

/** What is wrong with the id of a person, a place or a household: it may contain a personal number. */
export function problemOfPersonal(id: string): Problem | undefined {
  const found = personalNumberOfId(id);
  if (found === undefined) return undefined;
  return {
    reason: `looks like ${found}, which would remain readable in the log for ever`,
    fix: 'Give an id of your own. Phones belong in the column phone of people, where they are sealed.',
  };
}

/**
 * Any instant, also a planned one.
 * @param edge accepts a day without a time too, as its beginning or its end.
 */
export const instant = (clock: Clock, description: string, edge?: 'begin' | 'end') =>
  z
    .string()
    .meta({
      description:
        `${description}: ISO 8601; without an offset, in the tenant's zone` +
        (edge === undefined ? '.' : `; a day counts ${edge === 'begin' ? 'from its beginning' : 'until its end'}.`),
      example: '2021-08-01T09:30:00+07:00',
    })
    .transform((value, ctx) => {
      if (edge !== undefined && isDay(value)) {
        const day = readDay(value, clock.zone, edge);
        if ('reason' in day) return refuse(ctx, day.reason, day.fix);
        clock.notes.remark(DAY_TAKEN, '', value.trim());
        return day.instant;
      }
      const read = readTime(value, clock.zone);
      if ('reason' in read) return refuse(ctx, read.reason, read.fix);
      clock.assumed ||= read.zoneAssumed;
      return read.instant;
    });

/** An instant of something that has happened. */
export const pastInstant = (clock: Clock, description: string, edge?: 'begin' | 'end') =>
  instant(clock, description, edge).transform((value, ctx) => {
    const wrong = clock.future(value);
    return wrong ? refuse(ctx, wrong.reason, wrong.fix) : value;
  });

interface NumberRange {
  description: string;
  integer?: boolean;
  from: number;
  to: number;
}

export const number = ({ description, integer = false, from, to }: NumberRange) =>
  z
    .union([z.number(), z.string()])
    .meta({ description: `${description} (${integer ? 'whole number, ' : ''}${from} to ${to})` })
    .transform((value, ctx) => {
      const read = typeof value === 'number' ? value : numberIn(value);
      if (Number.isFinite(read) && read >= from && read <= to && (!integer || Number.isInteger(read))) return read;
      return refuse(
        ctx,
        `is not a ${integer ? 'whole ' : ''}number from ${from} to ${to} ("${String(value).slice(0, 40)}")`,
        'Write only digits, with a point before decimals, or leave it empty.',
      );
    });

/** A text that is longer than any number is not parsed. */
function numberIn(text: string): number {
  const given = text.length > 40 ? '' : text.trim();
  return /^[+-]?\d+(?:\.\d+)?$/.test(given) ? Number(given) : NaN;
}

export const oneOf = <const Value extends string>(description: string, values: readonly Value[]) =>
  z
    .string()
    .meta({ description, enum: [...values] })
    .transform((value, ctx): Value => {
      const given = value.length > 100 ? '' : value.trim().toLowerCase();
      const found = values.find((each) => each === given);
      return found ?? refuse(ctx, `is "${value.slice(0, 40)}"`, `Give one of: ${values.join(', ')}.`);
    });

/** Free text in its canonical form; refused if it has a character that is not text. */
export const text = (description: string, longest: number) =>
  z
    .string()
    .meta({ description, maxLength: longest })
    .transform((value, ctx) => {
      // A text that is far too long is refused before any work on it.
      const given = value.length > 2 * longest ? value : cleanText(value);
      if (given.length > longest) return refuse(ctx, `is longer than ${longest} characters`, 'Shorten it.');
      const unseen = unseenInText(given);
      if (unseen === undefined) return given;
      return refuse(
        ctx,
        `has a character that is not text (${unseen})`,
        'Remove it. Save the file as UTF-8, with the field on one line.',
      );
    });

export const language = (clock: Clock, description: string) =>
  z
    .string()
    .meta({ description, example: 'vi' })
    .transform((value, ctx) => {
      const code = value.length > 40 ? '' : value.trim().toLowerCase();
      if (/^[a-z]{2,3}$/.test(code)) {
        if (!clock.hasTexts(code)) clock.notes.remark(LANGUAGE_WITHOUT_TEXTS, 'language', code);
        return code;
      }
      return refuse(ctx, `is "${value.slice(0, 40)}"`, 'Give the code of a language, such as vi or en.');
    });

/** In characters; longer than any phone number with words and brackets. */
const LONGEST_PHONE = 100;

/** A phone. If it cannot be read, only the phone is refused, with a complaint; the row is stored without it. */
export const phone = (clock: Clock, description: string) =>
  z
    .string()
    .meta({ description, example: '0912 345 678' })
    .transform((value): string | typeof UNREADABLE => {
      const read = value.length > LONGEST_PHONE ? undefined : normalisePhone(value);
      if (read !== undefined) return read;
      const { reason, fix } = phoneComplaint(value.slice(0, LONGEST_PHONE));
      const again = 'The rest of the row is stored: correct the phone, and import the row again.';
      clock.notes.partial.push({ column: 'phone', reason, fix: `${fix} ${again}` });
      return UNREADABLE;
    });

/** A phone was given but cannot be read: the known phone stays. */
export const UNREADABLE = Symbol('unreadable');

/** Refuses an end before the beginning. */
export function inOrder(
  ctx: Ctx,
  from: string,
  to: string | undefined,
  fields: [string, string],
  equalToo = true,
): void {
  if (to === undefined || to > from || (equalToo && to === from)) return;
  refuse(
    ctx,
    `(${to}) is ${equalToo ? 'before' : 'not after'} ${fields[0]} (${from})`,
    'Correct one of the two times, or its zone.',
    [fields[1]],
  );
}

/** Refuses two dates of a row that are more than a year apart: the year of one must be wrong. */
export function withinAYear(
  ctx: Ctx,
  one: string | undefined,
  other: string | undefined,
  [named, refused]: [string, string],
): void {
  if (one === undefined || other === undefined) return;
  const days = (readInstant(other) - readInstant(one)) / SECONDS_PER_DAY;
  if (Math.abs(days) <= 366) return;
  refuse(
    ctx,
    `(${other}) is ${Math.round(Math.abs(days))} days ${days < 0 ? 'before' : 'after'} ${named} (${one})`,
    'Correct the year of one of the two.',
    [refused],
  );
}

/** Refuses a report from a day before the sample; on the same day the hours may be missing. */
export function reportedAfter(ctx: Ctx, clock: Clock, collected: string, reported: string | undefined): void {
  if (reported === undefined || reported >= collected || clock.dateOf(reported) === clock.dateOf(collected)) return;
  refuse(
    ctx,
    `(${reported}) is before collected_at (${collected}): a sample cannot be reported before it is taken`,
    'Correct one of the two times, or its zone.',
    ['reported_at'],
  );
}

/** Refuses presence that is older than the retention. Its age counts from its end or, without one, its beginning. */
export function inRetention(ctx: Ctx, clock: Clock, from: string, to: string | undefined, field: string): void {
  const wrong = clock.outlived(to ?? from);
  if (wrong) refuse(ctx, wrong.reason, wrong.fix, [field]);
}
