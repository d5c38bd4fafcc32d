import { segmentsOf } from '../segments.js';
import {
  OurFault,
  ReceiverFault,
  TheirFault,
  Uncertain,
  type DeliveryReport,
  type Message,
  type Receipt,
  type SmsProvider,
} from '../provider.js';
import { DONE, ESMS_CODES, REFUSED } from './esms-codes.js';
import { call, jsonOf, type HttpAnswer } from './http-call.js';
import { textAt } from './json-pointer.js';
import { providerText } from './provider-text.js';
import type { EsmsSettings } from './schemas.js';
import { secret } from './template.js';

const SEND = '/MainService.svc/json/SendMultipleMessage_V4_post_json/';
/** "Độ dài tối đa 50 ký tự." */
const LONGEST_REQUEST_ID = 50;
/** How many refused ids are remembered. */
const REMEMBERED = 10_000;

/**
 * eSMS.vn of Viet Nam (ViHAT): brand-name messages to customers, SmsType 2.
 *
 * Known from its own pages (see esms-codes.ts for where they are):
 * - The call is a POST of JSON to SendMultipleMessage_V4_post_json, with all fields as texts. The samples write
 *   numbers as 0901888484.
 * - IsUnicode 1 marks a text with diacritics. Sandbox 1 checks a request; nothing is sent, charged or kept.
 * - RequestId blocks repeats: 50 characters at most, "valid for blocking within the day" in the Vietnamese page, "for
 *   24 hours" in an English one. A repeat is answered 124 with a SendStatus, but without the SMSID.
 * - GetSendStatus and GetSmsReceiverStatus_get, for the last seven days, ask by SMSID, and GetSmsSentData_V2 asks by
 *   a range of time. None asks by RequestId. So a message whose answer was lost cannot be asked for, and `fates` are
 *   not known. It is handed over once more, and the answer shows whether it is a repeat.
 * - Callbacks are GET requests, sent five times at most when they time out.
 * - According to the sample of the test account, the same text to the same number passes once in five minutes.
 *
 * Not known:
 * - whether a refused request keeps its RequestId. So when 124 follows a refusal that this process saw, the message
 *   does not count as sent.
 * - whether the SendStatus beside 124 is that of the first request. Only "refused" is acted upon.
 * - which foreign numbers it takes. They are left to another provider.
 * - whether a callback carries the given RequestId: the page says so, but its samples show it empty. So a report is
 *   made for both names.
 */
export class Esms implements SmsProvider {
  readonly name: string;
  readonly knows = { repeats: true, ofTheDay: true, fates: false };
  readonly #apiKey: string;
  readonly #secretKey: string;
  readonly #refused = new Set<string>();
  readonly #underWay = new Set<Promise<unknown>>();

  /** @throws GatewayError when a variable named in the settings is unset. */
  constructor(
    private readonly settings: EsmsSettings,
    env: NodeJS.ProcessEnv,
  ) {
    this.name = settings.name;
    this.#apiKey = secret(settings.apiKeyEnv, env);
    this.#secretKey = secret(settings.secretKeyEnv, env);
  }

  async send(message: Message): Promise<Receipt> {
    const { brandname, callbackUrl, sandbox } = this.settings;
    if (message.id.length > LONGEST_REQUEST_ID) throw new OurFault(`the id ${message.id} is too long for eSMS`);
    const answer = await this.#post({
      ApiKey: this.#apiKey,
      SecretKey: this.#secretKey,
      Phone: this.#number(message.to),
      Content: message.text,
      SmsType: '2',
      Brandname: brandname,
      // GSM-7 has some letters with diacritics, and it is not known whether eSMS sends those without IsUnicode.
      IsUnicode: segmentsOf(message.text).encoding === 'ucs2' || /[^\0-\x7f]/.test(message.text) ? '1' : '0',
      Sandbox: sandbox ? '1' : '0',
      RequestId: message.id,
      ...(callbackUrl !== undefined && { CallbackUrl: callbackUrl }),
    });
    return this.#read(message, answer);
  }

  wasSent(): Promise<Receipt | undefined> {
    return Promise.resolve(undefined);
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#underWay);
  }

  async #post(fields: Record<string, string>): Promise<HttpAnswer> {
    const { url, connectTimeout, answerTimeout } = this.settings;
    const calling = call({
      method: 'POST',
      url: url.replace(/\/+$/, '') + SEND,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(fields),
      connectTimeout,
      answerTimeout,
    }).catch((error: unknown) => {
      // From now on a repeat may belong to a message that was sent.
      if (error instanceof Uncertain) this.#refused.delete(fields.RequestId ?? '');
      throw error;
    });
    this.#underWay.add(calling);
    try {
      return await calling;
    } finally {
      this.#underWay.delete(calling);
    }
  }

  #read(message: Message, answer: HttpAnswer): Receipt {
    const { status } = answer;
    const json = jsonOf(answer);
    const code = textAt(json, '/CodeResult');
    const text = providerText(textAt(json, '/ErrorMessage') ?? textAt(json, '/error'), message);
    const why = `${this.name} answered ${code ?? `HTTP ${status}`}${text && `: ${text}`}`;
    if (code === undefined) {
      if (status === 429 || status === 503) throw new TheirFault(why);
      if (status >= 400 && status <= 499) throw new OurFault(why);
      // The page of the call shows an invalid request like this.
      if (textAt(json, '/error') !== undefined && status < 300) throw new TheirFault(why);
      this.#refused.delete(message.id);
      throw new Uncertain(why);
    }
    const meaning = ESMS_CODES[code] ?? 'theirs';
    if (meaning === 'accepted') return { reference: textAt(json, '/SMSID') || message.id };
    if (meaning === 'repeat') {
      if (!this.#refused.has(message.id) && textAt(json, '/SendStatus') !== REFUSED) return { reference: message.id };
      throw new TheirFault(`${why}; it was refused before`);
    }
    this.#remember(message.id);
    if (meaning === 'receiver') throw new ReceiverFault(why);
    throw meaning === 'ours' ? new OurFault(why) : new TheirFault(why);
  }

  #remember(id: string): void {
    this.#refused.add(id);
    const [oldest] = this.#refused;
    if (this.#refused.size > REMEMBERED && oldest !== undefined) this.#refused.delete(oldest);
  }

  #number(to: string): string {
    if (!/^\+84\d+$/.test(to)) throw new TheirFault(`${this.name} takes Vietnamese numbers only`);
    return this.settings.numbers + to.slice('+84'.length);
  }
}

/**
 * Reads the delivery report in a callback of eSMS, whose parameters are in the query of a GET request: SMSID,
 * RequestId, SendStatus, SendSuccess, SendFailed and others.
 * @returns the same report under each name that the message may be known by, SMSID and RequestId. Empty before the
 * message is done, or when the numbers of arrived and failed messages do not decide it.
 */
export function readReports({ query }: { query?: unknown }): DeliveryReport[] {
  const [state, succeeded, failed] = ['/SendStatus', '/SendSuccess', '/SendFailed'].map(
    (at) => textAt(query, at) ?? '',
  );
  const detail = `SendStatus ${state}, SendSuccess ${succeeded}, SendFailed ${failed}`;
  const [good, bad] = [Number(succeeded) > 0, Number(failed) > 0];
  const status = state === REFUSED || (state === DONE && bad && !good) ? 'failed' : 'network-delivered';
  if (status === 'network-delivered' && !(state === DONE && good && !bad)) return [];
  const names = [textAt(query, '/SMSID'), textAt(query, '/RequestId')].filter(
    (name) => name !== undefined && name !== '',
  );
  return [...new Set(names as string[])].map((reference) => ({ reference, status, detail: safe(detail) }));
}

/** Keeps only characters that the numbers need, because anybody may call. */
function safe(detail: string): string {
  return detail.replaceAll(/[^\w ,.-]/g, '').slice(0, 100);
}
