import { Agent, request } from 'node:http';
import { randomFrom } from '../../src/entrypoints/demo/city.js';
import { FuzzRequests, type ApiDocument, type FuzzRequest } from './fuzz-requests.js';

const AT_ONCE = 8;
/** Milliseconds without an answer. */
const ANSWERED_WITHIN = 60_000;
/** The first of what went wrong is shown. */
const SHOWN = 10;
/** Bytes of a body whose connection may be closed before it is sent to its end, since it is too large. */
const TOO_LARGE = 1_000_000;

export interface FuzzOutcome {
  sent: number;
  routes: number;
  seconds: number;
  /** Answers that no request may get, each with its request; at most a few. */
  wrong: string[];
  /** As in "200: 12, 422: 7". */
  answers: string;
}

/**
 * Sends seeded requests to all routes that the document of the API there names.
 * @param each is told how many were sent.
 */
export async function fuzzApi(
  url: string,
  { requests, seed, each = () => undefined }: { requests: number; seed: number; each?: (sent: number) => void },
): Promise<FuzzOutcome> {
  const document = (await (await fetch(`${url}/docs-json`)).json()) as ApiDocument;
  const source = new FuzzRequests(document, randomFrom(seed));
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const answers = new Map<string, number>();
  const wrong: string[] = [];
  let sent = 0;
  const began = Date.now();
  const one = async (): Promise<void> => {
    while (sent < requests && wrong.length < SHOWN) {
      const number = ++sent;
      const given = source.next();
      const { status, body } = await ask(url, given, agent);
      const name = String(status ?? 'no answer');
      answers.set(name, (answers.get(name) ?? 0) + 1);
      if (isWrong(given, status)) wrong.push(`request ${number}: ${shown(given)} was answered ${name}: ${body}`);
      each(number);
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, one));
  } finally {
    agent.destroy();
  }
  return {
    ...{ sent, routes: source.routes.length, seconds: Math.round((Date.now() - began) / 1000), wrong },
    answers: [...answers]
      .map(([status, count]) => `${status}: ${count}`)
      .sort()
      .join(', '),
  };
}

interface Answer {
  /** Undefined when the connection ended without an answer. */
  status: number | undefined;
  body: string;
}

function ask(url: string, { method, path, headers, body }: FuzzRequest, agent: Agent): Promise<Answer> {
  return new Promise((done) => {
    const sending = request(`${url}${path}`, { method, headers, agent }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (more: string) => (text = (text + more).slice(0, 500)));
      const end = () => done({ status: response.statusCode, body: text });
      response.once('end', end).once('error', end);
    });
    sending.setTimeout(ANSWERED_WITHIN, () => sending.destroy(new Error('no answer in time')));
    sending.once('error', ({ message }) => done({ status: undefined, body: message }));
    sending.end(body);
  });
}

/** Of the errors of a server only 503 is said on purpose. */
function isWrong({ body }: FuzzRequest, status: number | undefined): boolean {
  if (status === undefined) return (body?.length ?? 0) < TOO_LARGE;
  return status >= 500 && status !== 503;
}

function shown({ method, path, headers, body }: FuzzRequest): string {
  const content = JSON.stringify(body?.toString('latin1').slice(0, 1_000) ?? null);
  return `${method} ${path.slice(0, 500)} ${JSON.stringify(headers).slice(0, 500)} ${content}`;
}
