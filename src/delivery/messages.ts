import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../kernel/errors.js';
import type { Config } from '../platform/config.js';
import { projectFolder } from '../platform/project-folder.js';
import { placeholdersIn, problemOf, say, type Placeholders } from '../platform/sentences.js';

/**
 * The placeholders of a text in ICU MessageFormat; a text holds nothing else about anybody. `count` is the number of
 * contacts who share the phone, `degree` the degree of the person, `before` that of the contact whom the person met,
 * `since` the day of the first exposure, `check` how to check that the message is genuine, with the `line` to call and
 * a `code`, `link` where the person can answer, `until` until when the advice holds, with the `day` or the `days`, and
 * `what` what is due today.
 */
export type Slot =
  | 'sender'
  | 'disease'
  | 'count'
  | 'degree'
  | 'before'
  | 'since'
  | 'check'
  | 'line'
  | 'code'
  | 'link'
  | 'until'
  | 'day'
  | 'days'
  | 'what';

/** Placeholders that are numbers, which may select plurals: `{count, plural, one {…} other {…}}`. */
const NUMBERS: readonly Slot[] = ['count', 'degree', 'before'];

const template = (allowed: readonly Slot[], needed: readonly Slot[]) => {
  const kinds = allowed.map((slot) => [slot, NUMBERS.includes(slot) ? 'number' : 'text'] as const);
  const placeholders: Placeholders = Object.fromEntries(kinds);
  return z
    .string()
    .min(1)
    .check(({ value, issues }) => {
      const message = problemOf(value, placeholders, needed);
      if (message !== undefined) issues.push({ code: 'custom', input: value, message });
    });
};

const inAlerts = ['sender', 'disease', 'count', 'degree', 'before', 'since', 'until', 'check'] as const;
const alert = template(inAlerts, ['sender', 'check']);
const several = template(inAlerts, ['sender', 'count', 'check']);
const each = z.strictObject({ one: alert, many: several });

const dueOne = template(['disease'], []);
const dueMany = template(['disease', 'count'], ['count']);
const due = z.strictObject({ one: dueOne, many: dueMany });

const schema = z
  .strictObject({
    language: z.string().regex(/^[a-z]{2,3}$/, 'must be the code of a language, such as vi'),
    /** The locale in which dates are written. */
    locale: z.string().refine(isLocale, 'must be a locale, such as vi-VN'),
    sender: z.string().min(1).max(60),
    /** Names by disease id; a disease that is not named here appears by its id. */
    diseases: z.record(z.string(), z.string().min(1)),
    check: template(['line', 'code'], ['line', 'code']),
    /** Asks for answers, if the installation takes any. */
    answer: template(['link'], ['link']),
    /** Asks several people of a phone for answers. Older files lack it; then `answer` is used. */
    answerMany: template(['link', 'count'], ['link']).optional(),
    /** For contacts who met the case, for those who met one of them, and for those farther away. */
    alert: z.strictObject({ 1: each, 2: each, farther: each }),
    /**
     * The text for {until}, with the space before it: the last day, or the days after an exposure that goes on. Older
     * files lack it, and have no {until} in their texts.
     */
    until: z.strictObject({ day: template(['day'], ['day']), open: template(['days'], ['days']) }).optional(),
    withdrawal: template(['sender', 'disease', 'check'], ['sender', 'check']),
    /**
     * Reminds people of what is due today: `what` is a test, the last day of follow-up, or one after the other. If an
     * older file lacks it, the program's text is used, or the one in the installation's language.
     */
    reminder: z
      .strictObject({
        text: template(['sender', 'what', 'check'], ['sender', 'what', 'check']),
        test: due,
        last: due,
      })
      .optional(),
    /** Other texts that the rules of certain profiles need, by profile id. */
    profiles: z
      .record(z.string(), z.strictObject({ 1: each.optional(), 2: each.optional(), farther: each.optional() }))
      .default({}),
  })
  .check(({ value, issues }) => {
    const { until, alert: told, profiles } = value;
    const each = [told, ...Object.values(profiles)].flatMap((texts) => Object.values(texts));
    if (until || !each.some((texts) => texts && (names(texts.one, 'until') || names(texts.many, 'until')))) return;
    issues.push({ code: 'custom', input: until, path: ['until'], message: 'is missing, although a text has {until}' });
  });

/** The settings that texts depend on. */
export type TextSettings = Pick<Config, 'senderName' | 'contactLine' | 'zone'> &
  Partial<Pick<Config, 'messages' | 'language' | 'diacritics'>>;

/** All texts in one language. */
export type Messages = z.infer<typeof schema>;

/**
 * Reads the texts by language: those of the program, replaced by those of the files in a folder.
 * @throws UserError naming the file and the field that is wrong.
 */
export function readMessages(folder: string | undefined): ReadonlyMap<string, Messages> {
  const files = filesIn(projectFolder('messages'));
  if (folder !== undefined && existsSync(folder)) files.push(...filesIn(folder));
  const read = new Map<string, Messages>();
  for (const messages of files.map((file) => readFile(file))) {
    const reminder = messages.reminder ?? read.get(messages.language)?.reminder;
    read.set(messages.language, { ...messages, reminder });
  }
  return read;
}

function filesIn(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return names.sort().map((name) => join(folder, name));
}

function readFile(path: string): Messages {
  let given: unknown;
  try {
    given = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new UserError(`${path} is not JSON: ${(error as Error).message}`, 'Correct or remove the file.');
  }
  const { data, error } = schema.safeParse(given);
  if (!data) {
    const wrong = error.issues.map((issue) => `${issue.path.join('.') || 'the file'} ${issue.message}`);
    throw new UserError(`${path} is wrong: ${wrong.join('; ')}`, 'Correct these fields (see docs/alerts.md).');
  }
  if (basename(path) !== `${data.language}.json`) {
    throw new UserError(`${path} has the language ${data.language}.`, `Name the file ${data.language}.json.`);
  }
  return data;
}

/** Fills the placeholders of a text, by the rules of the language. */
export function fill(
  { locale }: Pick<Messages, 'locale'>,
  text: string,
  said: Partial<Record<Slot, string | number | undefined>>,
): string {
  return say(locale, text, Object.fromEntries(Object.entries(said).map(([slot, value]) => [slot, value ?? ''])));
}

/** Whether a text uses the placeholder. */
export function names(text: string, slot: Slot): boolean {
  return placeholdersIn(text).includes(slot);
}

/** Removes the marks above and below letters, which would cut an SMS from 160 characters to 70. */
export function withoutDiacritics(text: string): string {
  return text
    .normalize('NFD')
    .replaceAll(/\p{Mn}/gu, '')
    .replaceAll('đ', 'd')
    .replaceAll('Đ', 'D')
    .normalize('NFC');
}

function isLocale(locale: string): boolean {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(locale).length > 0;
  } catch {
    return false;
  }
}
