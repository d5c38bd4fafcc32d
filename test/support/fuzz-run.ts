import { Agent, request } from 'node:http';
import { randomFrom } from '../../src/entrypoints/demo/city.js';
import { KnownThings, namedBy, type Known } from './fuzz-known.js';
import { FuzzRequests, type FuzzRequest } from './fuzz-requests.js';
import type { ApiDocument } from './fuzz-routes.js';
import { chanceFrom } from './fuzz-values.js';

const AT_ONCE = 8;
/** Milliseconds until a request without an answer fails. */
const ANSWERED_WITHIN = 60_000;
/** The number of errors that are shown. */
const SHOWN = 10;
/** Bytes from which a body is too large, so that its connection may be closed before it is fully sent. */
const TOO_LARGE = 1_000_000;
/** Characters of an answer that are searched for names, and that are shown. */
const [READ, QUOTED] = [200_000, 500];
/** Number of requests after which the fuzz looks again for more things to ask about. */
const LEARN_EVERY = 2_000;
/** The answers of a healthy installation to a question that asks for too much; every other 503 is an error. */
const TOO_MUCH = ['urn:truyvet:problem:graph-slow', 'urn:truyvet:problem:graph-full'];

export interface FuzzOptions {
  requests: number;
  seed: number;
  /** The end of the times in the requests, in milliseconds since 1970. */
  now: number;
  /** Called with the number of requests sent. */
  each?: (sent: number) => void;
  /** Things for requests to be about, besides those that answers name. */
  learn?: () => Promise<readonly Known[]>;
}

export interface FuzzOutcome {
  sent: number;
  seconds: number;
  /** Answers that no request may get, each with its request; at most a few. */
  wrong: string[];
  /** Number of answers by status. */
  statuses: Counts;
  /** The same per route, for requests with the route's method. */
  byRoute: Record<string, Counts>;
  /** Number of 503 answers to requests that ask for too much, by the type of the problem. */
  tooMuch: Counts;
}

export type Counts = Record<string, number>;

/** Sends seeded requests to all routes in the API's document, and to those that it leaves out. */
export async function fuzzApi(url: string, options: FuzzOptions): Promise<FuzzOutcome> {
  const { requests, seed, now, each = () => undefined, learn = () => Promise.resolve([]) } = options;
  const document = (await (await fetch(`${url}/docs-json`)).json()) as ApiDocument;
  const known = new KnownThings();
  const source = new FuzzRequests(document, chanceFrom(randomFrom(seed), now), known);
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const tally = new Tally(source.routes.map(({ method, path }) => `${method} ${path}`));
  const began = Date.now();
  const flying: { given: FuzzRequest; answer: Promise<Answer> }[] = [];
  let sent = 0;
  // Names in answers are processed in the order of the requests, so that a seed sends the same again.
  const land = async (): Promise<void> => {
    const next = flying.shift();
    if (!next) return;
    const answer = await next.answer;
    tally.add(next.given, answer);
    if (answer.status === 200) known.add(namedBy(next.given, answer.body));
  };
  try {
    while (sent < requests && tally.wrong.length < SHOWN) {
      if (sent % LEARN_EVERY === 0) known.add(await learn());
      if (flying.length === AT_ONCE) await land();
      const given = source.next();
      flying.push({ given, answer: ask(url, given, agent) });
      each(++sent);
    }
    while (flying.length > 0) await land();
  } finally {
    agent.destroy();
  }
  const { wrong, statuses, byRoute, tooMuch } = tally;
  return { sent, seconds: Math.round((Date.now() - began) / 1000), wrong, statuses, byRoute, tooMuch };
}

/** As in "200: 12, 422: 7". */
export function shownCounts(counts: Counts): string {
  return Object.entries(counts)
    .map(([status, count]) => `${status}: ${count}`)
    .sort()
    .join(', ');
}

class Tally {
  readonly wrong: string[] = [];
  readonly statuses: Counts = {};
  readonly tooMuch: Counts = {};
  readonly byRoute: Record<string, Counts>;
  #number = 0;

  constructor(routes: readonly string[]) {
    this.byRoute = Object.fromEntries(routes.map((route) => [route, {}]));
  }

  add(given: FuzzRequest, { status, body }: Answer): void {
    this.#number++;
    const name = String(status ?? 'no answer');
    count(this.statuses, name);
    const ofRoute = this.byRoute[given.route ?? ''];
    if (ofRoute) count(ofRoute, name);
    const reason = status === 503 ? tooMuchBy(given, body) : undefined;
    if (reason !== undefined) count(this.tooMuch, reason);
    else if (isWrong(given, status))
      this.wrong.push(`request ${this.#number}: ${shown(given)} was answered ${name}: ${body.slice(0, QUOTED)}`);
  }
}

function count(counts: Counts, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

interface Answer {
  /** Undefined if the connection ended without an answer. */
  status: number | undefined;
  body: string;
}

function ask(url: string, { method, path, headers, body }: FuzzRequest, agent: Agent): Promise<Answer> {
  return new Promise((done) => {
    const sending = request(`${url}${path}`, { method, headers, agent }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (more: string) => (text = (text + more).slice(0, READ)));
      const end = () => done({ status: response.statusCode, body: text });
      response.once('end', end).once('error', end);
    });
    sending.setTimeout(ANSWERED_WITHIN, () => sending.destroy(new Error('no answer in time')));
    sending.once('error', ({ message }) => done({ status: undefined, body: message }));
    sending.end(body);
  });
}

/** Undefined if the request did not ask for too much. */
function tooMuchBy({ method }: FuzzRequest, body: string): string | undefined {
  return method === 'HEAD' ? 'HEAD, whose answer says nothing' : TOO_MUCH.find((type) => body.includes(`"${type}"`));
}

function isWrong({ body }: FuzzRequest, status: number | undefined): boolean {
  if (status === undefined) return (body?.length ?? 0) < TOO_LARGE;
  return status >= 500;
}

function shown({ method, path, headers, body }: FuzzRequest): string {
  const content = JSON.stringify(body?.toString('latin1').slice(0, 1_000) ?? null);
  return `${method} ${path.slice(0, 500)} ${JSON.stringify(headers).slice(0, 500)} ${content}`;
}
