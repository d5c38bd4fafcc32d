import { z } from 'zod';
import type { Clock } from './clock.js';
import { isVietnameseMobile, normalisePhone } from './phone.js';
import { readTime } from './times.js';

/** The fields that rows are made of: each says what it takes, and of a wrong value what to correct. */

const CONTROL = /[\p{Cc}\uFFFD]/u;

type Ctx = z.RefinementCtx;

export function refuse(ctx: Ctx, reason: string, fix: string, path: string[] = []): never {
  ctx.addIssue({ code: 'custom', message: reason, params: { fix }, path });
  return z.NEVER;
}

function readable(value: string, ctx: Ctx, longest: number): string {
  if (value.length > longest) return refuse(ctx, `is longer than ${longest} characters`, 'Shorten it.');
  if (CONTROL.test(value)) {
    return refuse(ctx, 'holds characters that are not text', 'Save the file as UTF-8, and the field in one line.');
  }
  return value;
}

export const opaqueId = (description: string) =>
  z
    .string()
    .meta({ description, minLength: 1, maxLength: 100 })
    .transform((value, ctx) => {
      if (value !== value.trim()) return refuse(ctx, 'begins or ends with a space', 'Remove the space.');
      return readable(value, ctx, 100);
    });

export const personId = (description: string) =>
  opaqueId(`${description}: an opaque id, never a phone number.`).transform((value, ctx) =>
    isVietnameseMobile(value)
      ? refuse(
          ctx,
          'is a phone number: families share phones, so one does not name a person',
          'Give an id of your own for each person, and the phone in the column phone of people.',
        )
      : value,
  );

/** An instant that may be any, planned ones too. */
export const instant = (clock: Clock, description: string) =>
  z
    .string()
    .meta({
      description: `${description}: ISO 8601; without offset, of the tenant's zone.`,
      example: '2021-08-01T09:30:00+07:00',
    })
    .transform((value, ctx) => {
      const read = readTime(value, clock.zone);
      if ('reason' in read) return refuse(ctx, read.reason, read.fix);
      clock.assumed ||= read.zoneAssumed;
      return read.instant;
    });

/** An instant of something that has happened. */
export const pastInstant = (clock: Clock, description: string) =>
  instant(clock, description).transform((value, ctx) => {
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
      const read = typeof value === 'number' ? value : /^\s*[+-]?\d+(?:\.\d+)?\s*$/.test(value) ? Number(value) : NaN;
      if (Number.isFinite(read) && read >= from && read <= to && (!integer || Number.isInteger(read))) return read;
      return refuse(
        ctx,
        `is no ${integer ? 'whole ' : ''}number from ${from} to ${to} ("${String(value).slice(0, 40)}")`,
        'Write digits only, with a point before decimals, or leave it empty.',
      );
    });

export const oneOf = <const Value extends string>(description: string, values: readonly Value[]) =>
  z
    .string()
    .meta({ description, enum: [...values] })
    .transform((value, ctx): Value => {
      const found = values.find((each) => each === value.trim().toLowerCase());
      return found ?? refuse(ctx, `is "${value.slice(0, 40)}"`, `Give one of: ${values.join(', ')}.`);
    });

export const text = (description: string, longest: number) =>
  z
    .string()
    .meta({ description, maxLength: longest })
    .transform((value, ctx) => readable(value.trim(), ctx, longest));

export const language = z
  .string()
  .meta({ description: 'Code of the language of messages, such as vi or en; vi when left out.', example: 'vi' })
  .transform((value, ctx) => {
    const code = value.trim().toLowerCase();
    if (/^[a-z]{2,3}$/.test(code)) return code;
    return refuse(ctx, `is "${value.slice(0, 40)}"`, 'Give the code of a language, such as vi or en.');
  });

export const phone = z
  .string()
  .meta({ description: 'Sealed at once; without country code a number of Viet Nam.', example: '0912 345 678' })
  .transform(
    (value, ctx) =>
      normalisePhone(value) ??
      refuse(ctx, 'is no phone number', 'Correct it, or leave it empty when the person has none.'),
  );

/** Refuses what ends before it begins. */
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
    'Correct one of the two times, or the zone of one.',
    [fields[1]],
  );
}

/** Refuses presence that is older than what is kept; it is as old as its end or, without one, its beginning. */
export function inRetention(ctx: Ctx, clock: Clock, from: string, to: string | undefined, field: string): void {
  const wrong = clock.outlived(to ?? from);
  if (wrong) refuse(ctx, wrong.reason, wrong.fix, [field]);
}
