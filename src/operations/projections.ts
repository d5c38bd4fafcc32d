import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { FACTS, passedByAll, PARTITIONS, readGraphState, type GraphState } from '../contact-graph/checkpoints.js';
import { gateOf, GraphNotReady } from '../contact-graph/gate.js';
import { derivedGraph, readGraphMark } from '../contact-graph/graph-mark.js';
import { allOf } from '../contact-graph/projection.js';
import { askForRetry, readSetAside, type SetAside } from '../contact-graph/set-aside.js';
import type { AsideNote } from '../event-log/aside-notes.js';
import { replacedSince } from '../event-log/log-guard.js';
import { describeReplaced } from '../event-log/log-mark.js';
import { refused } from '../kernel/errors.js';
import { NO_POSITION, NOTHING_RUNS } from './problems.js';
import { changed } from '../requests/change-outcome.js';
import { given as open, type Context } from '../requests/context.js';
import { outcomeOf } from '../requests/outcome.js';
import { aliveKey } from '../work/open-queues.js';
import { askReadersForRetry, leftOutByReaders, type LeftOutByReader } from '../work/readers-aside.js';
import { withAccepted, type Settled } from './accepting.js';
import { decision } from './overview-answer.js';
import { aloneOf, rebuildAll, rebuildOne } from './rebuild-projections.js';

const asideShown = z.object({
  id: z.string().describe('The id of the event.'),
  type: z.string(),
  stream: z.string(),
  revision: z.int(),
  position: z.string(),
  reason: z.string(),
  tries: z.int(),
  tried_at: z.string(),
  retry: z.boolean().describe('Whether a retry was requested.'),
  accepted: decision.nullable().describe('Who accepted that it stays left out, and why; null while nobody has.'),
});
export type AsideShown = z.infer<typeof asideShown>;
const leftOutShown = asideShown.extend({ reader: z.string() });
export type LeftOutShown = z.infer<typeof leftOutShown>;

const aside = { set_aside: z.array(asideShown), readers: z.array(leftOutShown) };

export const projectionsAnswer = z.object({
  epoch: z.string().nullable(),
  caught_up: z.boolean(),
  filling: z.boolean(),
  log: z.enum(['same', 'shorter', 'other']),
  replaced: z.string().nullable().describe('How the log differs from the log of the graph, as a sentence.'),
  made_again: z.string().nullable(),
  partitions: z.array(z.object({ name: z.string(), commit: z.string().nullable() })),
  projections: z.array(
    z.object({
      name: z.string(),
      version: z.int(),
      commit: z.string().nullable().describe('The position that it has passed; null while it has passed nothing.'),
      state: z
        .enum(['active', 'waiting', 'being built', 'being removed'])
        .describe('waiting: it answers no questions; another version is being built to replace it.'),
      percent: z
        .int()
        .nullable()
        .describe('For a projection that is being built: the percentage of the others that it has read.'),
      trouble: z.string().nullable().describe('Why its build makes no progress.'),
    }),
  ),
  ...aside,
});
export type Projections = z.infer<typeof projectionsAnswer>;

/** How far each partition of the graph has come in the log. */
export async function show({ base }: Context): Promise<Projections> {
  const [driver, queues] = [open(base, 'driver'), open(base, 'queues')];
  // Does not wait for the graph: that it is not ready is part of the answer.
  gateOf(driver).configure({ patience: 0 });
  const state = await readGraphState(driver).catch((error: unknown) => {
    if (error instanceof GraphNotReady) return undefined;
    throw error;
  });
  // Writers of slots are at rest while visits of another version are being built.
  const writers = PARTITIONS.filter((name) => !state || state.passed.has(name));
  const partitions = writers.map((name) => ({ name, commit: state?.passed.get(name)?.commit.toString() ?? null }));
  const derived = derivedGraph(driver, base.now ?? Date.now);
  const replaced = state && (await replacedSince(open(base, 'marked'), await derived.known()));
  // A graph of another log has not caught up, whatever its position.
  const caughtUp =
    !replaced &&
    !(await base.store.isBehind(state && passedByAll(state.passed), (await open(base, 'graphTypes')()).events.types));
  const setAside = state ? await readSetAside(driver) : [];
  return {
    ...{ epoch: state?.epoch ?? null, caught_up: caughtUp, filling: state?.filling ?? true },
    log: replaced?.standing ?? 'same',
    replaced: replaced ? describeReplaced(replaced, derived.whose) : null,
    made_again: (state && (await readGraphMark(driver))?.replaced) ?? null,
    partitions,
    projections: state ? shownProjections(state) : [],
    ...(await asideOf({ base }, setAside, await leftOutByReaders(queues))),
  };
}

const STATES = { active: 'active', left: 'waiting', building: 'being built', old: 'being removed' } as const;

/** Each projection, including the versions that are being built beside it. */
function shownProjections({ instances, passed }: Pick<GraphState, 'instances' | 'passed'>): Projections['projections'] {
  const whole = Number(passed.get(FACTS)?.commit ?? 0n);
  const shown = instances.map(({ name, version, state, passed: at, trouble }): Projections['projections'][number] => {
    const percent = whole === 0 ? 0 : Math.floor((100 * Number(at?.commit ?? 0n)) / whole);
    return {
      ...{ name, version, commit: at?.commit.toString() ?? null, state: STATES[state], trouble },
      percent: state === 'building' ? percent : null,
    };
  });
  return shown.sort((a, b) => (a.name === b.name ? a.version - b.version : a.name < b.name ? -1 : 1));
}

const RETRY_PATIENCE = 60_000;

export const retriedAnswer = changed.extend({ asked: z.int(), asked_readers: z.int(), ...aside });
export type Retried = z.infer<typeof retriedAnswer>;

/**
 * Asks the running projector and workers to retry events that were set aside, and waits for the result, up to a minute.
 * @throws UserError when the position is not valid, or no process runs that would retry them.
 */
export async function retry({ base }: Context, { position }: { position?: string | undefined }): Promise<Retried> {
  if (position !== undefined && !/^\d{1,19}$/.test(position)) {
    throw refused(NO_POSITION, `--position is "${position}", not a position of the log.`);
  }
  const [driver, queues] = [open(base, 'driver'), open(base, 'queues')];
  const commit = position === undefined ? undefined : BigInt(position);
  const asked = await askForRetry(driver, commit);
  const askedReaders = await askReadersForRetry(queues, commit);
  if (asked > 0 && (await queues.redis.exists(aliveKey(queues, 'projector'))) === 0) {
    throw refused(
      NOTHING_RUNS,
      `No projector is running that could retry ${asked === 1 ? 'it' : `these ${asked} events`} again.`,
      'Start one; it then does it at once: npm start, or npx truyvet projector',
    );
  }
  if (askedReaders > 0 && (await queues.redis.exists(aliveKey(queues, 'worker'))) === 0) {
    throw refused(
      NOTHING_RUNS,
      `No worker is running that could retry ${askedReaders === 1 ? 'it' : `these ${askedReaders} events`} again.`,
      'Start one; it then does it at once: npm start, or npx truyvet worker',
    );
  }
  let left: SetAside[];
  let readers: LeftOutByReader[];
  for (const until = Date.now() + RETRY_PATIENCE; ; await delay(200)) {
    left = await readSetAside(driver);
    readers = await leftOutByReaders(queues);
    if (![...left, ...readers].some((each) => each.retry) || Date.now() > until) break;
  }
  return {
    ...outcomeOf(asked + askedReaders > 0),
    ...{ asked, asked_readers: askedReaders },
    ...(await asideOf({ base }, left, readers)),
  };
}

export const rebuiltAnswer = changed.extend({ says: z.string().describe('What happens now.') });
export type Rebuilt = z.infer<typeof rebuiltAnswer>;

/**
 * Rebuilds the graph: one projection beside the others, or everything, which is emptied first, with progress. Only
 * derived data is rebuilt; the log and the queues stay as they are.
 * @throws UserError when there is no such projection.
 */
export async function rebuild({ base }: Context, { name }: { name?: string | undefined }): Promise<Rebuilt> {
  const { visits, facts } = await open(base, 'graphTypes')();
  const family = name === undefined ? undefined : aloneOf(name, allOf(visits, facts));
  const [driver, queues] = [open(base, 'driver'), open(base, 'queues')];
  const isRunning = async () => (await queues.redis.exists(aliveKey(queues, 'projector'))) === 1;
  const says = family ? await rebuildOne({ driver }, family, isRunning) : await rebuildAll({ driver }, isRunning);
  return { ...outcomeOf(true), says };
}

async function asideOf(
  { base: { store } }: Pick<Context, 'base'>,
  setAside: readonly SetAside[],
  readers: readonly LeftOutByReader[],
): Promise<{ set_aside: AsideShown[]; readers: LeftOutShown[] }> {
  return {
    set_aside: (await withAccepted(store, setAside)).map(shown),
    readers: (await withAccepted(store, readers)).map((each) => ({ ...shown(each), reader: each.reader })),
  };
}

function shown({
  id,
  type,
  stream,
  revision,
  commit,
  reason,
  tries,
  triedAt,
  retry: again,
  accepted,
}: AsideNote & Settled): AsideShown {
  return {
    id,
    type,
    stream,
    revision,
    position: commit,
    reason,
    tries,
    tried_at: triedAt,
    retry: again ?? false,
    accepted,
  };
}
