import { IntlMessageFormat } from 'intl-messageformat';

/** The type of each placeholder: a number can select a plural form, a text can only be inserted. */
export type Placeholders = Readonly<Record<string, 'text' | 'number'>>;
type Values = Record<string, string | number>;

type Element = ReturnType<IntlMessageFormat['getAst']>[number];
/** The library's numbers for the types of elements. */
const ARGUMENT = 1;
const NUMBER = 2;
const DATE = 3;
const TIME = 4;
const SELECT = 5;
const PLURAL = 6;

/** Parsed sentences; at most as many as the program and the files of an installation have. */
const formats = new Map<string, IntlMessageFormat>();

/**
 * Formats a sentence of ICU's MessageFormat with these values, by the rules of the language.
 * @throws SyntaxError when the sentence is not valid.
 */
export function say(locale: string, sentence: string, values: Values = {}): string {
  return String(formatOf(locale, sentence).format(values));
}

/**
 * What is wrong with a sentence, and what to write instead; undefined when nothing is.
 * @param needed the placeholders that each case of the sentence must contain.
 */
export function problemOf(sentence: string, allowed: Placeholders, needed: readonly string[] = []): string | undefined {
  let elements: readonly Element[];
  try {
    elements = formatOf('en', sentence).getAst();
  } catch (error) {
    return unreadable(error as Error);
  }
  const names = Object.keys(allowed);
  const used = placeholdersIn(sentence);
  const wrong = used.find((name) => !Object.hasOwn(allowed, name));
  if (wrong !== undefined) return `has {${wrong}}, which is none of ${names.map((name) => `{${name}}`).join(', ')}`;
  const quoted = names.find((name) => !used.includes(name) && sentence.includes(`{${name}}`));
  if (quoted !== undefined) {
    return `has an apostrophe before a brace, so that {${quoted}} would be printed: write two apostrophes ('')`;
  }
  const unsuited = unsuitedIn(elements, allowed);
  if (unsuited !== undefined) return `has {${unsuited}, …}, which is a text that needs no format: write {${unsuited}}`;
  const missing = needed.find((name) => !alwaysSays(elements, name));
  if (missing === undefined) return undefined;
  return used.includes(missing) ? `must have {${missing}} in each of its cases` : `must have {${missing}}`;
}

/** The names of a sentence's placeholders, without duplicates. */
export function placeholdersIn(sentence: string): string[] {
  const names = new Set<string>();
  const look = (elements: readonly Element[]) => {
    for (const element of elements) {
      if (element.type >= ARGUMENT && element.type <= PLURAL && 'value' in element) names.add(String(element.value));
      casesOf(element).forEach(look);
    }
  };
  look(formatOf('en', sentence).getAst());
  return [...names];
}

function formatOf(locale: string, sentence: string): IntlMessageFormat {
  const key = `${locale}\n${sentence}`;
  const known = formats.get(key);
  if (known) return known;
  // Only pages use tags; in these texts a < is a plain character.
  const format = new IntlMessageFormat(sentence, locale, undefined, { ignoreTag: true });
  formats.set(key, format);
  return format;
}

function casesOf(element: Element): readonly (readonly Element[])[] {
  return element.type === SELECT || element.type === PLURAL
    ? Object.values(element.options).map(({ value }) => value)
    : [];
}

function alwaysSays(elements: readonly Element[], name: string): boolean {
  return elements.some((element) => {
    if (element.type === ARGUMENT || element.type === NUMBER) return element.value === name;
    // Each case of a plural says the number itself.
    if (element.type === PLURAL && element.value === name) return true;
    const cases = casesOf(element);
    return cases.length > 0 && cases.every((each) => alwaysSays(each, name));
  });
}

function unsuitedIn(elements: readonly Element[], allowed: Placeholders): string | undefined {
  for (const element of elements) {
    const { type } = element;
    if (type === DATE || type === TIME) return element.value;
    if ((type === NUMBER || type === PLURAL) && allowed[element.value] !== 'number') return element.value;
    const inside = casesOf(element).map((each) => unsuitedIn(each, allowed));
    const found = inside.find((name) => name !== undefined);
    if (found !== undefined) return found;
  }
  return undefined;
}

function unreadable({ message }: Error): string {
  if (message === 'MISSING_OTHER_CLAUSE') return 'has cases without the last one: end them with other {…}';
  if (/PLURAL|SELECT/.test(message)) return 'has cases that cannot be read: write {count, plural, one {…} other {…}}';
  return "has a { that begins no placeholder: write '{' for a brace in the text";
}
