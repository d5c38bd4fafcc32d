import { createHash } from 'node:crypto';
import { ASKED_OF_CONTACTS, SYMPTOMS, type AskedOfContacts, type Given } from './answering.js';

/** What a page is about. */
export type Shown =
  | { kind: 'form'; code: string; given: Partial<Given>; missing: readonly AskedOfContacts[] }
  | { kind: 'thanks' | 'already'; code: string }
  | { kind: 'nothing' | 'busy' };

interface Words {
  title: string;
  sender: string;
  asks: (sender: string) => string;
  genuine: (line: string, code: string | null) => string;
  never: string;
  health: string;
  more: string;
  questions: Record<AskedOfContacts, string>;
  yes: string;
  no: string;
  send: string;
  missing: string;
  private: string;
  urgent: string;
  said: Record<'thanks' | 'already' | 'nothing' | 'busy', string>;
  other: { language: PageLanguage; name: string };
}

/** People who speak others get the Vietnamese page, which leads to the English one. */
export type PageLanguage = 'vi' | 'en';

const WORDS: Record<PageLanguage, Words> = {
  vi: {
    title: 'Khai báo sức khỏe',
    sender: 'Cơ quan y tế',
    asks: (sender) => `${sender} hỏi bạn vài câu về sức khỏe, vì chúng tôi đã nhắn tin cho bạn.`,
    genuine: (line, code) => `Để kiểm tra trang này là thật, gọi ${line}${code ? `, đọc mã ${code}` : ''}.`,
    never: 'Chúng tôi không bao giờ hỏi tiền, mật khẩu hay số tài khoản.',
    health: 'Hiện nay bạn có những triệu chứng này không?',
    more: 'Thông tin khác',
    questions: {
      fever: 'Sốt',
      cough: 'Ho',
      breathing: 'Khó thở',
      other: 'Triệu chứng khác',
      vaccinated: 'Bạn đã tiêm vắc-xin phòng bệnh này chưa?',
      moved: 'Bạn đã chuyển đến nơi ở khác chưa?',
    },
    yes: 'Có',
    no: 'Không',
    send: 'Gửi câu trả lời',
    missing: 'Hãy trả lời câu này: chọn Có hoặc Không.',
    private: 'Chỉ nhân viên y tế đọc câu trả lời. Bạn chỉ gửi được một lần.',
    urgent: 'Nếu khó thở hoặc thấy rất mệt, hãy gọi ngay',
    said: {
      thanks: 'Cảm ơn bạn. Chúng tôi đã nhận được câu trả lời.',
      already: 'Chúng tôi đã nhận được câu trả lời của bạn từ trước. Nếu có gì thay đổi, hãy gọi cho chúng tôi.',
      nothing: 'Không có gì để trả lời ở đây.',
      busy: 'Trang này được mở quá nhiều lần. Hãy thử lại sau một phút.',
    },
    other: { language: 'en', name: 'English' },
  },
  en: {
    title: 'Health questions',
    sender: 'The health authority',
    asks: (sender) => `${sender} asks you a few questions about your health, because we sent you a message.`,
    genuine: (line, code) =>
      `To check that this page is genuine, call ${line}${code ? ` and say the code ${code}` : ''}.`,
    never: 'We never ask for money, passwords or account numbers.',
    health: 'Do you have any of these now?',
    more: 'What else we would like to know',
    questions: {
      fever: 'Fever',
      cough: 'Cough',
      breathing: 'Trouble breathing',
      other: 'Other symptoms',
      vaccinated: 'Were you vaccinated against this disease?',
      moved: 'Do you live elsewhere now?',
    },
    yes: 'Yes',
    no: 'No',
    send: 'Send the answers',
    missing: 'Please answer this one: choose Yes or No.',
    private: 'Only health staff read the answers. You can send them once.',
    urgent: 'If it is hard to breathe or you feel very ill, call at once:',
    said: {
      thanks: 'Thank you. We have received your answers.',
      already: 'We received your answers before. If anything changed, please call us.',
      nothing: 'There is nothing to answer here.',
      busy: 'This page was opened too often. Please try again in a minute.',
    },
    other: { language: 'vi', name: 'Tiếng Việt' },
  },
};

const STYLE =
  'body{font:1.1em/1.5 sans-serif;max-width:34em;margin:0 auto;padding:1em;color:#111;background:#fff}' +
  'fieldset{border:1px solid #767676;margin:1em 0;padding:.5em 1em}legend{font-weight:bold}' +
  'label{display:inline-block;padding:.6em 1.2em .6em 0}input{width:1.3em;height:1.3em}' +
  'button{font:inherit;padding:.8em 1.5em;background:#00539b;color:#fff;border:0}.missing{color:#b00020}';

const hash = createHash('sha256').update(STYLE).digest('base64');

/** Sent with every page: nothing is loaded, kept, framed or told to other sites. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${hash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Robots-Tag': 'noindex, nofollow',
};

/** Who asks, as the installation says. */
export interface Asking {
  senderName: string | undefined;
  contactLine: string;
}

/** A page without scripts and without anything about the person. */
export function renderPage(shown: Shown, language: PageLanguage, { senderName, contactLine }: Asking): string {
  const words = WORDS[language];
  const { other } = words;
  const code = 'code' in shown ? shown.code : null;
  const body =
    shown.kind === 'form'
      ? `<p>${escape(words.asks(senderName ?? words.sender))}</p>\n${form(shown, language)}`
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
<p>${escape(words.genuine(contactLine, code))} ${escape(words.never)}</p>
<p>${escape(words.urgent)} ${escape(contactLine)}</p>
</main>
</body>
</html>
`;
}

function form({ given, missing }: Shown & { kind: 'form' }, language: PageLanguage): string {
  const words = WORDS[language];
  const asked = (keys: readonly AskedOfContacts[]) =>
    keys.map((key) => one(key, given[key], missing.includes(key), words));
  const health = asked(SYMPTOMS);
  const more = asked(ASKED_OF_CONTACTS.filter((key) => !SYMPTOMS.some((symptom) => symptom === key)));
  return `<form method="post" action="?lang=${language}" accept-charset="utf-8">
<h2>${escape(words.health)}</h2>
${health.join('\n')}
<h2>${escape(words.more)}</h2>
${more.join('\n')}
<p>${escape(words.private)}</p>
<p><button type="submit">${escape(words.send)}</button></p>
</form>`;
}

function one(key: AskedOfContacts, given: boolean | undefined, missing: boolean, words: Words): string {
  const choice = (value: 'yes' | 'no', chosen: boolean) =>
    `<input type="radio" id="${key}-${value}" name="${key}" value="${value}" required${chosen ? ' checked' : ''}> ` +
    `<label for="${key}-${value}">${escape(words[value])}</label>`;
  const complaint = missing ? `\n<p class="missing" role="alert">${escape(words.missing)}</p>` : '';
  return `<fieldset>
<legend>${escape(words.questions[key])}</legend>${complaint}
${choice('yes', given === true)} ${choice('no', given === false)}
</fieldset>`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
