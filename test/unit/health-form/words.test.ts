import { describe, expect, it } from '@jest/globals';
import { WORDS } from '../../../src/health-form/words.js';
import { placeholdersIn, say } from '../../../src/platform/sentences.js';

/** Every sentence of a language, by its path. */
function sentencesOf(value: object, path: string[] = []): [string, string][] {
  return Object.entries(value).flatMap(([name, each]: [string, unknown]) =>
    typeof each === 'string' ? [[[...path, name].join('.'), each]] : sentencesOf(each as object, [...path, name]),
  );
}

describe('The words of the page where contacts answer', () => {
  it('say the same in every language, with the same placeholders', () => {
    const named = (words: object) =>
      sentencesOf(words).map(([name, sentence]) => [name, placeholdersIn(sentence).sort()]);
    expect(named(WORDS.en)).toEqual(named(WORDS.vi));
  });

  it('say who asks, how many and how to check it', () => {
    const { asksSince, genuineWithCode, several, locale } = WORDS.en;
    expect(say(locale, asksSince, { sender: 'CDC', day: '1 August 2021' })).toBe(
      'CDC asks you a few questions about your health, because we sent you a message on 1 August 2021.',
    );
    expect(say(locale, genuineWithCode, { line: '1900', code: 'ab' })).toBe(
      'To check that this page is genuine, call 1900 and say the code ab.',
    );
    expect(say(locale, several.ill, { people: 3 })).toBe('How many of the 3 people have symptoms?');
  });
});
