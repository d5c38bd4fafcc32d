import { createHash } from 'node:crypto';
import { say } from '../platform/sentences.js';
import { SYMPTOMS } from './events.js';
import { ASKED_OF_CONTACTS, type AskedOfContacts, type Complaints, type Given } from './given.js';
import { WORDS, type PageLanguage, type Words } from './words.js';

/** The questions, with the answers chosen so far and what is wrong with them. */
interface Form {
  kind: 'form';
  code: string;
  /** How many people it asks about. */
  people: number;
  /** When the message was sent, in seconds; undefined if that was not recorded. */
  sentAt: number | undefined;
  given: Partial<Given>;
  complaints: Complaints;
  /** The answers received were to questions about another number of people. */
  changed: boolean;
}

/** What a page shows. */
export type Shown = Form | { kind: 'thanks' | 'already'; code: string } | { kind: 'nothing' | 'busy' | 'later' };

const STYLE =
  'body{font:1.1em/1.5 sans-serif;max-width:34em;margin:0 auto;padding:1em;color:#111;background:#fff}' +
  'fieldset{border:1px solid #767676;margin:1em 0;padding:.5em 1em}legend{font-weight:bold}' +
  'label{display:inline-block;padding:.6em 1.2em .6em 0}input{width:1.3em;height:1.3em}' +
  'button{font:inherit;padding:.8em 1.5em;background:#00539b;color:#fff;border:0}select{font:inherit;padding:.4em}.missing{color:#b00020}';

const hash = createHash('sha256').update(STYLE).digest('base64');

/** Headers of every page: nothing is loaded, stored, framed or revealed to other sites. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${hash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Robots-Tag': 'noindex, nofollow',
};

/** Who asks, from the installation's settings. */
export interface Asking {
  senderName: string | undefined;
  contactLine: string;
  /** The time zone of dates. */
  zone: string;
}

/** A page without scripts and without anything about the person. */
export function renderPage(shown: Shown, language: PageLanguage, asking: Asking): string {
  const words = WORDS[language];
  const { other } = words;
  const { contactLine } = asking;
  const code = 'code' in shown ? shown.code : null;
  const { urgent } = shown.kind === 'form' && shown.people > 1 ? words.several : words;
  const body =
    shown.kind === 'form'
      ? `${introduction(shown, words, asking)}\n${form(shown, language)}`
      : `<p role="status"><strong>${escape(words.said[shown.kind])}</strong></p>`;
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(words.title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<p><a href="?lang=${other.language}" lang="${other.language}" hreflang="${other.language}">${other.name}</a></p>
<h1>${escape(words.title)}</h1>
${body}
<p>${escape(genuine(words, contactLine, code))} ${escape(words.never)}</p>
<p>${escape(urgent)} ${escape(contactLine)}</p>
</main>
</body>
</html>
`;
}

function introduction({ people, sentAt, changed }: Form, words: Words, { senderName, zone }: Asking): string {
  const format = new Intl.DateTimeFormat(words.locale, {
    ...{ timeZone: zone, day: 'numeric', month: 'long', year: 'numeric' },
  });
  const day = sentAt === undefined ? undefined : format.format(sentAt * 1000);
  const sender = senderName ?? words.sender;
  const asks =
    day === undefined ? say(words.locale, words.asks, { sender }) : say(words.locale, words.asksSince, { sender, day });
  const lines = [`<p>${escape(asks)}</p>`];
  if (people > 1)
    lines.push(`<p><strong>${escape(say(words.locale, words.several.concerns, { people }))}</strong></p>`);
  if (changed) lines.push(complaint(words.changed));
  return lines.join('\n');
}

function genuine({ locale, genuine, genuineWithCode }: Words, line: string, code: string | null): string {
  return code === null ? say(locale, genuine, { line }) : say(locale, genuineWithCode, { line, code });
}

function form(shown: Form, language: PageLanguage): string {
  const { people } = shown;
  const words = WORDS[language];
  const { health, questions } = people > 1 ? words.several : words;
  const asked = (keys: readonly AskedOfContacts[]) => keys.map((key) => one(key, questions[key], shown, words));
  const symptoms = asked(SYMPTOMS);
  const more = asked(ASKED_OF_CONTACTS.filter((key) => !SYMPTOMS.some((symptom) => symptom === key)));
  if (people > 1) symptoms.push(howMany(shown, words));
  return `<form method="post" action="?lang=${language}" accept-charset="utf-8">
<h2>${escape(health)}</h2>
${symptoms.join('\n')}
<h2>${escape(words.more)}</h2>
${more.join('\n')}
<p>${escape(words.private)}</p>
<p><button type="submit">${escape(words.send)}</button></p>
</form>`;
}

function one(key: AskedOfContacts, question: string, { given, complaints }: Form, words: Words): string {
  const choice = (value: 'yes' | 'no', chosen: boolean) =>
    `<input type="radio" id="${key}-${value}" name="${key}" value="${value}" required${chosen ? ' checked' : ''}> ` +
    `<label for="${key}-${value}">${escape(words[value])}</label>`;
  return `<fieldset>
<legend>${escape(question)}</legend>${complaints.has(key) ? `\n${complaint(words.missing)}` : ''}
${choice('yes', given[key] === true)} ${choice('no', given[key] === false)}
</fieldset>`;
}

/** Asks how many of the people have symptoms; also sends how many people the page asked about. */
function howMany({ people, given, complaints }: Form, { several, locale }: Words): string {
  const numbers = Array.from({ length: people + 1 }, (_, number) => {
    return `<option value="${number}"${given.ill === number ? ' selected' : ''}>${number}</option>`;
  });
  const wrong = complaints.get('ill');
  return `<fieldset>
<legend><label for="ill">${escape(say(locale, several.ill, { people }))}</label></legend>${wrong ? `\n${complaint(several.complaints[wrong])}` : ''}
<select id="ill" name="ill" required><option value=""></option>${numbers.join('')}</select>
<input type="hidden" name="people" value="${people}">
</fieldset>`;
}

function complaint(text: string): string {
  return `<p class="missing" role="alert">${escape(text)}</p>`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
