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
import { call, jsonOf, type HttpAnswer } from './http-call.js';
import { textAt, valueAt } from './json-pointer.js';
import type { HttpSettings } from './schemas.js';
import { fill, fillAll, placesIn, secret, valuesOf, type Values } from './template.js';

type Meaning = HttpSettings['answers'][number]['means'];

/** An HTTP gateway of any make. The settings say which request it wants and what its answers mean. */
export class HttpGateway implements SmsProvider {
  readonly name: string;
  readonly knows: SmsProvider['knows'];
  readonly #underWay = new Set<Promise<unknown>>();

  /**
   * @param env has the variables named in the settings.
   * @throws GatewayError when one of them is unset.
   */
  constructor(
    private readonly settings: HttpSettings,
    private readonly env: NodeJS.ProcessEnv,
  ) {
    this.name = settings.name;
    this.knows = knowsOfHttp(settings);
    placesIn([settings.url, settings.headers, settings.body, settings.query?.url], env);
    if (settings.basic) secret(settings.basic.passwordEnv, env);
  }

  async send(message: Message): Promise<Receipt> {
    const { settings } = this;
    const values = valuesOf(message, settings.sender);
    const answer = await this.#call(settings.method, settings.url, values, true);
    const json = jsonOf(answer);
    const meaning = meaningOf(settings, answer, json);
    const why = `HTTP ${answer.status}`;
    switch (meaning) {
      case 'accepted':
        return { reference: (settings.reference && textAt(json, settings.reference)) || message.id };
      case 'receiver':
        throw new ReceiverFault(`${this.name} refused the number: ${why}`);
      case 'theirs':
        throw new TheirFault(`${this.name} cannot take it now: ${why}`);
      case 'ours':
        throw new OurFault(`${this.name} does not take this request: ${why}`);
      case 'uncertain':
        throw new Uncertain(`${this.name} gave an answer that its settings do not explain: ${why}`);
    }
  }

  async wasSent(id: string): Promise<Receipt | undefined> {
    const { query } = this.settings;
    if (!query || id === '') return undefined;
    const values = { id, to: '', digits: '', text: '', sender: this.settings.sender };
    const answer = await this.#call(query.method, query.url, values, false);
    if (answer.status === 404) return undefined;
    const json = jsonOf(answer);
    if (answer.status < 200 || answer.status > 299 || json === undefined) {
      throw new TheirFault(`${this.name} did not report what happened to a message: HTTP ${answer.status}`);
    }
    const { refused } = query;
    if (refused?.is.includes(textAt(json, refused.at) ?? '')) return undefined;
    const reference = textAt(json, query.reference);
    return reference === undefined ? undefined : { reference };
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#underWay);
  }

  async #call(method: string, template: string, values: Values, withBody: boolean): Promise<HttpAnswer> {
    const { settings, env } = this;
    const { connectTimeout, answerTimeout } = settings;
    const url = fill(template, values, env, encodeURIComponent);
    const body = withBody ? bodyOf(settings, values, env) : undefined;
    const headers = { ...headersOf(settings, values, env), ...(body && { 'content-type': body.type }) };
    const request = { method, url, headers, connectTimeout, answerTimeout };
    const calling = call(body ? { ...request, body: body.text } : request);
    this.#underWay.add(calling);
    try {
      return await calling;
    } finally {
      this.#underWay.delete(calling);
    }
  }
}

/** What a gateway with these settings knows. */
export function knowsOfHttp(settings: HttpSettings): SmsProvider['knows'] {
  return {
    repeats: settings.repeats ?? settings.idempotencyHeader !== undefined,
    fates: settings.query !== undefined,
  };
}

/**
 * Reads the delivery reports in one call from the gateway.
 * @param parts of the call: its query parameters, and its body as JSON or form fields.
 * @returns empty when no reports are configured. States in between are left out.
 */
export function readReports(
  settings: Pick<HttpSettings, 'reports'>,
  parts: { query?: unknown; body?: unknown },
): DeliveryReport[] {
  const { reports } = settings;
  if (!reports) return [];
  const document = reports.in === 'query' ? parts.query : parts.body;
  const listed = reports.list === undefined ? [document] : valueAt(document, reports.list);
  return (Array.isArray(listed) ? (listed as unknown[]) : []).flatMap((each): DeliveryReport[] => {
    const reference = textAt(each, reports.reference);
    const detail = textAt(each, reports.status);
    if (reference === undefined || reference === '' || detail === undefined) return [];
    if (reports.delivered.includes(detail)) return [{ reference, status: 'network-delivered', detail }];
    return reports.failed.includes(detail) ? [{ reference, status: 'failed', detail }] : [];
  });
}

function bodyOf(settings: HttpSettings, values: Values, env: NodeJS.ProcessEnv) {
  const { body } = settings;
  if (!body) return undefined;
  if ('json' in body) return { type: 'application/json', text: JSON.stringify(fillAll(body.json, values, env)) };
  const fields = new URLSearchParams();
  for (const [key, template] of Object.entries(body.form)) fields.append(key, fill(template, values, env));
  return { type: 'application/x-www-form-urlencoded', text: fields.toString() };
}

function headersOf(settings: HttpSettings, values: Values, env: NodeJS.ProcessEnv): Record<string, string> {
  const { basic, idempotencyHeader } = settings;
  const headers: Record<string, string> = {};
  for (const [key, template] of Object.entries(settings.headers)) headers[key] = fill(template, values, env);
  if (basic) {
    const credentials = Buffer.from(`${basic.user}:${secret(basic.passwordEnv, env)}`).toString('base64');
    headers.authorization = `Basic ${credentials}`;
  }
  if (idempotencyHeader !== undefined) headers[idempotencyHeader] = values.id;
  return headers;
}

/** The meaning that the first matching rule gives; without one, the usual meaning of the status code. */
function meaningOf(settings: HttpSettings, { status }: HttpAnswer, json: unknown): Meaning {
  const rule = settings.answers.find(
    ({ status: statuses, at, is }) =>
      (statuses?.includes(status) ?? true) && (at === undefined || is?.includes(textAt(json, at) ?? '')),
  );
  const meaning = rule?.means ?? meaningOfStatus(status, settings);
  const { reference } = settings;
  // For example a proxy's page with status 200: the gateway may never have seen the message.
  const lacking = rule ? json === undefined : textAt(json, reference ?? '') === undefined;
  return meaning === 'accepted' && reference !== undefined && lacking ? 'uncertain' : meaning;
}

function meaningOfStatus(status: number, { answers }: HttpSettings): Meaning {
  if (status >= 200 && status <= 299)
    return answers.some(({ means }) => means === 'accepted') ? 'uncertain' : 'accepted';
  // 429 and 503 say that nothing was done. Other codes from 500 on may come from a server in front of one that took
  // it.
  if (status === 408 || status === 429 || status === 503) return 'theirs';
  return status >= 500 ? 'uncertain' : 'ours';
}
