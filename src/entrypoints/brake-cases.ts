import { brakeDecider, type BrakeState } from '../domain/brake.js';
import { UserError } from '../domain/errors.js';
import type { Unlikely } from '../domain/events.js';
import { openGraph } from '../graph/index.js';
import type { HeldCase } from '../graph/ports.js';
import type { EventStore } from '../log/event-store.js';
import { handle, load } from '../log/handle.js';
import { streams } from '../log/streams.js';
import { readConfig } from '../platform/config.js';
import { createLogger } from '../platform/logger.js';
import { openRuntime } from './runtime.js';

const MOST = 1_000;

export type Held = HeldCase & { unlikely: readonly Unlikely[] };

/** Lists cases whose alerts wait, for the command line. */
export async function listHeld({ json = false }: { json?: boolean }): Promise<void> {
  const config = readConfig();
  const runtime = await openRuntime(config, createLogger(config, 'brake'), ['neo4j']);
  const graph = openGraph(runtime);
  try {
    const held = await withReasons(runtime.store, await graph.queries.heldCases(MOST));
    if (json) console.log(JSON.stringify(held, undefined, 2));
    else for (const line of described(held)) console.log(line);
  } finally {
    await graph.close();
    await runtime.close();
  }
}

/** Decides about the alerts of a case, for the command line. */
export async function decideHeld(
  decision: 'approve' | 'refuse',
  caseId: string,
  { by, note }: { by: string; note: string },
): Promise<void> {
  const config = readConfig();
  const runtime = await openRuntime(config, createLogger(config, 'brake'));
  try {
    const { contacts } = await decide(runtime.store, decision, caseId, { by, note });
    console.log(
      decision === 'approve'
        ? `The ${contacts} contacts of case ${caseId} are alerted now.`
        : `The ${contacts} contacts of case ${caseId} are not alerted. Change your mind with: npx truyvet brake approve ${caseId} --by NAME`,
    );
  } finally {
    await runtime.close();
  }
}

/**
 * @returns what was decided about.
 * @throws UserError when nothing of the case waits, or nobody is named.
 */
export async function decide(
  store: EventStore,
  decision: 'approve' | 'refuse',
  caseId: string,
  { by, note }: { by: string; note: string },
): Promise<BrakeState> {
  if (by.trim() === '') throw new UserError('Nobody is named who decides.', 'Give --by with a name.');
  const { state } = await load(store, brakeDecider, streams.brake(caseId));
  const type = decision === 'approve' ? ('Approve' as const) : ('Refuse' as const);
  const command = { type, caseId, by: by.trim(), note: note.trim() };
  const { appended } = await handle(store, brakeDecider, streams.brake(caseId), command, { source: 'cli' });
  if (!appended) {
    throw new UserError(
      state.status === 'refused'
        ? `The alerts of case ${caseId} were refused already.`
        : `No alerts of case ${caseId} wait.`,
      'List those that do: npx truyvet brake',
    );
  }
  return state;
}

async function withReasons(store: EventStore, held: readonly HeldCase[]): Promise<Held[]> {
  return Promise.all(
    held.map(async (each) => {
      const { state } = await load(store, brakeDecider, streams.brake(each.caseId));
      return { ...each, unlikely: state.unlikely };
    }),
  );
}

function* described(held: readonly Held[]): Iterable<string> {
  if (held.length === 0) yield 'No alerts wait for a person.';
  for (const { caseId, personId, status, contacts, since, unlikely } of held) {
    yield `Case ${caseId} (${personId}): ${contacts} contacts ${status === 'held' ? 'wait' : 'were refused'} since ${since}`;
    for (const each of unlikely) yield `  ${reasonOf(each)}`;
    if (status === 'held') {
      yield `  Decide with: npx truyvet brake approve ${caseId} --by NAME, or refuse instead of approve`;
    }
  }
}

export function reasonOf({ rule, number, likely, placeId }: Unlikely): string {
  switch (rule) {
    case 'case':
      return `it has ${number} contacts, where up to ${likely} would be likely`;
    case 'place':
      return `${number} of them met it at ${placeId}, where up to ${likely} would be likely`;
    case 'day':
      return `there would be ${number} alerts within 24 hours, where up to ${likely} would be likely`;
  }
}
