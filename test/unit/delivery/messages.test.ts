import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fill, readMessages, withoutDiacritics } from '../../../src/delivery/messages.js';
import { Texts } from '../../../src/alerting/texts.js';
import { segmentsOf } from '@truyvet/message-gateway';
import { PURPOSES } from '../../support/purposes.js';
import { samplesOf } from '../../../src/delivery/providers.js';

const AT = '2021-08-05T02:00:00Z';
const settings = { senderName: 'CDC', contactLine: '1900 9095', zone: 'Asia/Ho_Chi_Minh' };
const request = { alertId: 'abcdef12-0', caseId: 'c', personId: 'p', disease: 'measles', degree: 1, sequence: 0 };
const contact = {
  ...{ personId: 'p', degree: 1, firstExposureAt: AT, minutes: 20, meetings: [], via: [] },
  ...{ lastExposureAt: AT, shared: [] },
};
const english = JSON.parse(readFileSync('messages/en.json', 'utf8')) as Record<string, object>;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'truyvet-messages-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, changed: object): void {
  writeFileSync(join(folder, name), JSON.stringify({ ...english, ...changed }));
}
const told = (texts: Texts, language: string, profile?: string) =>
  texts.alert({ request, contact, group: { count: 1, degree: 1 }, language, profile });

describe('The texts of an installation', () => {
  it('may be in a language of its own, and write days as that language does', () => {
    const each = { one: '{sender}: kontakt {since}. {check}', many: '{sender}: {count} kontakter. {check}' };
    write('sv.json', {
      ...{ language: 'sv', locale: 'sv-SE', check: 'Ring {line}, kod {code}.' },
      alert: { 1: each, 2: each, farther: each },
    });
    const texts = new Texts({ ...settings, messages: folder });
    expect(texts.languages).toEqual(['en', 'vi', 'sv']);
    expect(told(texts, 'sv')).toBe('CDC: kontakt 2021-08-05. Ring 1900 9095, kod abcdef12.');
  });

  it('take precedence over those of the program, and state the advice of one profile in its own words', () => {
    const own = { one: '{sender}: watch for a rash. {check}', many: '{sender}: {count} people. {check}' };
    write('en.json', { profiles: { 'measles-who': { 1: own } } });
    const texts = new Texts({ ...settings, messages: folder });
    expect(told(texts, 'en', 'measles-who')).toMatch(/^CDC: watch for a rash\./);
    expect(told(texts, 'en', 'covid-19-who')).toMatch(/^CDC: You were in close contact/);
  });

  it('need not mention how long the advice holds, unless they have {until}', () => {
    const each = { one: '{sender}: contact. {check}', many: '{sender}: {count} contacts. {check}' };
    write('en.json', { until: undefined, alert: { 1: each, 2: each, farther: each } });
    const stay = { days: 14, until: null };
    const texts = new Texts({ ...settings, messages: folder });
    const common = { request, contact, group: { count: 1, degree: 1 }, stay };
    expect(texts.alert({ ...common, language: 'en' })).toMatch(/^CDC: contact\. To check/);
    write('en.json', { until: undefined });
    expect(() => readMessages(folder)).toThrow(/until is missing, although a text has \{until\}/);
  });

  const asked = (texts: Texts, count: number, language = 'en') =>
    texts.alert({ request, contact, group: { count, degree: 1 }, language, link: 'https://t.example/a/x' });

  it('link to the answer page if there is one, and ask people who share a phone to answer for all', () => {
    const texts = new Texts(settings);
    expect(asked(texts, 1)).toMatch(/ Please answer a few questions: https:\/\/t\.example\/a\/x$/);
    expect(asked(texts, 2)).toMatch(/ Please answer a few questions for all of them: https:\/\/t\.example\/a\/x$/);
    expect(asked(texts, 2, 'vi')).toMatch(/ cho cả 2 người: https:\/\/t\.example\/a\/x$/);
    expect(told(texts, 'en')).not.toContain('https');
  });

  it('from before there were words for a phone of several people link to it in those for one', () => {
    write('en.json', { answerMany: undefined });
    expect(asked(new Texts({ ...settings, messages: folder }), 2)).toMatch(/ answer a few questions: https:\S+$/);
  });

  it('are those of the installation’s language for people who speak another', () => {
    expect(told(new Texts(settings), 'fr')).toBe(told(new Texts(settings), 'vi'));
    expect(told(new Texts({ ...settings, language: 'en' }), 'fr')).toBe(told(new Texts(settings), 'en'));
  });

  it.each<[string, object, string]>([
    ['an unknown placeholder', { withdrawal: '{sender} {name} {check}' }, 'withdrawal has {name}, which is none of'],
    ['no way to check it', { withdrawal: '{sender}: all clear' }, 'withdrawal must have {check}'],
    ['no line to call', { check: 'Call us, code {code}.' }, 'check must have {line}'],
    ['no link where it asks for answers', { answerMany: 'All {count} of you, call.' }, 'answerMany must have {link}'],
    [
      'a brace that begins nothing',
      { withdrawal: '{sender} {check} {' },
      'withdrawal has a { that begins no placeholder',
    ],
    [
      'an apostrophe that would make a placeholder a word',
      { withdrawal: "{sender}: l'{disease} {check}" },
      "withdrawal has an apostrophe before a brace, so that {disease} would be printed: write two apostrophes ('')",
    ],
    [
      'plural forms that leave some numbers out',
      { answerMany: '{count, plural, one {One} few {Few}} {link}' },
      'answerMany has cases without the last one: end them with other {…}',
    ],
    [
      'a way to check it in some plural forms only',
      { withdrawal: '{sender} {disease, select, measles {{check}} other {}}' },
      'withdrawal must have {check} in each of its cases',
    ],
    [
      'a day that would be written twice',
      { check: '{line, date} {code}' },
      'check has {line, …}, which is a text that needs no format: write {line}',
    ],
    ['an unknown field', { colour: 'red' }, 'Unrecognized key: "colour"'],
    ['a locale that does not exist', { locale: 'nowhere-at-all-x' }, 'locale must be a locale'],
  ])('are refused with %s, and the file and the field are named', (_, changed, message) => {
    write('en.json', changed);
    expect(() => readMessages(folder)).toThrow(message);
    expect(() => readMessages(folder)).toThrow(join(folder, 'en.json'));
  });

  it('use the plural rules of their language', () => {
    const many =
      '{sender}: {count, plural, one {# человек} few {# человека} many {# человек} other {# человека}}. {check}';
    const each = { one: '{sender}: контакт. {check}', many };
    write('ru.json', { language: 'ru', locale: 'ru-RU', alert: { 1: each, 2: each, farther: each } });
    const texts = new Texts({ ...settings, messages: folder });
    const said = (count: number) =>
      texts.alert({ request, contact, group: { count, degree: 1 }, language: 'ru' }).split('.')[0];
    expect([2, 5, 21].map(said)).toEqual(['CDC: 2 человека', 'CDC: 5 человек', 'CDC: 21 человек']);
  });

  it('may contain an apostrophe, written twice if a placeholder follows', () => {
    write('en.json', { withdrawal: "{sender}: don't worry about l''{disease}. {check}" });
    const texts = new Texts({ ...settings, messages: folder });
    expect(texts.withdrawal({ request, language: 'en' })).toMatch(/^CDC: don't worry about l'measles\. To check/);
  });

  it('are refused under the name of another language', () => {
    write('de.json', {});
    expect(() => readMessages(folder)).toThrow('has the language en');
  });
});

/** Every text of a file, by its path. */
function textsOf(value: unknown, path: string[] = []): [string, string][] {
  if (typeof value === 'string') return [[path.join('.'), value]];
  return Object.entries(value as object).flatMap(([name, each]) => textsOf(each, [...path, name]));
}

describe('The texts of the program', () => {
  const files = ['vi', 'en'].map((language) =>
    textsOf(JSON.parse(readFileSync(`messages/${language}.json`, 'utf8')) as object),
  );

  it('have the same keys in every language', () => {
    const [vietnamese = [], others = []] = files;
    expect(others.map(([path]) => path)).toEqual(vietnamese.map(([path]) => path));
  });

  it('are printed letter by letter, with the values of their placeholders', () => {
    const said: Record<string, string | number> = {
      ...{ sender: "CDC '1'", disease: 'sởi <x>', count: 12_345, degree: 2, before: 1, since: '05/08/2021' },
      ...{
        check: '{x}',
        line: '1900',
        code: 'ab#',
        link: 'https://x',
        until: ' đến',
        day: '1',
        days: '1.000',
        what: '',
      },
    };
    for (const [, text] of files.flat()) {
      const plain = text.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(said[name]));
      for (const locale of ['vi-VN', 'en-GB']) expect(fill({ locale }, text, said)).toBe(plain);
    }
  });
});

describe('Vietnamese without diacritics', () => {
  it('reads the same without marks', () => {
    expect(withoutDiacritics('Đà Nẵng: Hãy ở nhà, ưu tiên xét nghiệm')).toBe('Da Nang: Hay o nha, uu tien xet nghiem');
  });

  it('takes half as many SMS, each message of the program in GSM-7', async () => {
    const inVietnamese = async (diacritics: boolean) =>
      (await samplesOf(PURPOSES.all, { ...settings, diacritics })).filter(({ language }) => language === 'vi');
    const plain = await inVietnamese(false);
    const marked = await inVietnamese(true);
    expect(plain).toHaveLength(10);
    plain.forEach((each, i) => {
      const { encoding, segments } = segmentsOf(each.text);
      expect(encoding).toBe('gsm7');
      expect(segments).toBeLessThanOrEqual(segmentsOf(marked[i]?.text ?? '').segments / 2 + 0.5);
    });
  });
});
