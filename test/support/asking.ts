import type { Driver } from 'neo4j-driver';
import type { EventStore } from '../../src/event-log/event-store.js';
import { MasterKey } from '../../src/event-log/master-key.js';
import { Sealing } from '../../src/event-log/sealing.js';
import { QUESTIONS } from '../../src/investigation/requests.js';
import type { Request } from '../../src/requests/define.js';
import { Contexts } from '../../src/requests/context.js';
import { fromText } from '../../src/requests/from-text.js';
import { perform } from '../../src/requests/perform.js';
import { TASK_REQUESTS } from '../../src/tasks/requests.js';

/** A tracing team's questions, those about tasks included: their paths begin alike. */
export const ASKED: readonly Request[] = [...QUESTIONS, ...TASK_REQUESTS].filter(
  ({ http }) => http?.path.startsWith('questions/') ?? false,
);

/** The log and the graph of a story. */
export interface Fixture {
  driver: Driver;
  store: EventStore;
  zone: string;
  /** In seconds. */
  now(): number;
}

export function fixtureOf(driver: Driver, store: EventStore): Fixture {
  return { driver, store, zone: 'UTC', now: () => Math.floor(Date.now() / 1000) };
}

export interface Answer {
  items: Record<string, unknown>[];
  next: string | null;
  [more: string]: unknown;
}

/** A key for the tests, and the sealing that uses it. */
export function keysOf(store: EventStore): { master: MasterKey; sealing: Sealing } {
  const master = new MasterKey(Buffer.alloc(32, 1));
  return { master, sealing: new Sealing(store, master) };
}

const contexts = new WeakMap<Fixture, Contexts>();

export function contextsOf(fixture: Fixture): Contexts {
  const { store, driver, zone, now } = fixture;
  const known = contexts.get(fixture);
  if (known) return known;
  const made = new Contexts({ store, ...keysOf(store), driver, zone, now: () => now() * 1000 });
  contexts.set(fixture, made);
  return made;
}

/** Asks with text parameters, as in the address of a question. */
export async function ask(fixture: Fixture, name: string, given: Record<string, string>): Promise<Answer> {
  const request = questionNamed(name);
  const read = Object.entries(given).map(([field, text]) => [field, fromText(request.fields[field] as never, text)]);
  const { answer } = await perform(request, contextsOf(fixture).for({ source: 'test' }), Object.fromEntries(read));
  return answer as Answer;
}

/** An answer as lines of the command line. */
export function linesOf(name: string, answer: unknown): string[] {
  return [...(questionNamed(name).cli?.told(answer, {}, 'UTC', true) ?? [])];
}

function questionNamed(name: string): Request {
  const found = ASKED.find(({ http }) => http?.path === `questions/${name}`);
  if (!found) throw new Error(`nobody asks ${name}`);
  return found;
}
