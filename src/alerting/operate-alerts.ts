import { openGraph, type Graph } from '../contact-graph/index.js';
import { oneLine } from '../kernel/text.js';
import { pausing, readOrder, replaying } from '../operations/fields.js';
import { reasonOf } from './held-cases.js';
import { overview, type OperationTools, type Overview } from '../operations/overview.js';
import { pauseOrResume } from '../operations/pausing.js';
import { replay } from '../operations/replay.js';
import { readConfig } from '../platform/config.js';
import { createLogger } from '../platform/logger.js';
import { forPeople } from '../cli/for-people.js';
import { FOR_PEOPLE } from '../entrypoints/for-people.js';
import { groundOf } from '../investigation/ground.js';
import { asOptions } from '../cli/options.js';
import { operationTools } from '../operations/open.js';
import { NOBODY_GETS_THEM } from '../delivery/index.js';
import { openQueues } from '../work/open-queues.js';
import { openRuntime, type Runtime } from '../entrypoints/runtime.js';
import { wholeId } from '../investigation/whole-id.js';

const provenance = { source: 'cli' };

export interface OrderOptions {
  provider?: string;
  by: string;
  reason: string;
  json?: boolean;
}

export interface ReplayOptions extends OrderOptions {
  case?: string;
  failedAs?: string[];
  uncertain?: boolean;
}

/** Shows alerting as it is now, for the command line. */
export async function showStatus({ json }: { json?: boolean }): Promise<void> {
  await withTools(async (tools, { runtime, graph }) => {
    const now = await overview(tools);
    if (json) return console.log(JSON.stringify(now, undefined, 2));
    const { zone } = runtime.config;
    const asked = groundOf(graph.driver, runtime.store, { zone }).graph;
    for (const line of described(await forPeople(now, asked, zone))) console.log(line);
  });
}

/** Pauses or resumes, for the command line. */
export async function pauseAlerts(type: 'Pause' | 'Resume', { json, ...options }: OrderOptions): Promise<void> {
  const given = await asOptions(() => readOrder(pausing, options));
  await withTools(async (tools) => {
    const { changed, state } = await pauseOrResume(tools, type, given, provenance);
    const paused = { all: state.all !== null, providers: [...state.providers.keys()] };
    if (json) return console.log(JSON.stringify({ outcome: changed ? 'new' : 'unchanged', paused }));
    const what = given.provider ?? 'all providers';
    if (!changed)
      console.log(`Nothing changed: messages to ${what} were ${type === 'Pause' ? '' : 'not '}paused already.`);
    else if (type === 'Pause')
      console.log(`No more messages go to ${what}; those that are due wait, and none is lost.`);
    else console.log(`Messages to ${what} go on.`);
    if (paused.all) console.log('Paused: all providers. Go on with: npx truyvet alerts resume --by NAME --reason TEXT');
    for (const name of paused.providers) {
      console.log(`Paused: ${name}. Go on with: npx truyvet alerts resume --provider ${name} --by NAME --reason TEXT`);
    }
  });
}

/** Has failed alerts told again, for the command line. */
export async function replayAlerts({ json, ...options }: ReplayOptions): Promise<void> {
  const { case: caseId, failedAs, ...rest } = options;
  const given = await asOptions(() => readOrder(replaying, { ...rest, case_id: caseId, failed_as: failedAs }), FLAGS);
  await withTools(async (tools, { runtime }) => {
    if (caseId !== undefined) given.case_id = await wholeId(runtime, 'case', caseId, '--case');
    const { replayed, kept } = await replay(tools, given, provenance);
    if (json) return console.log(JSON.stringify({ replayed, kept }));
    console.log(`${replayed} failed ${replayed === 1 ? 'alert is' : 'alerts are'} told again.`);
    for (const [why, alerts] of Object.entries(kept)) console.log(`${alerts} left as they are: ${REASONS[why]}`);
  });
}

const REASONS: Record<string, string> = {
  'not failed any more': 'they do not stand failed any more.',
  'replayed already': 'somebody had them told again a moment ago.',
  'without a phone': 'there is no phone; they are told by themselves once one is registered.',
  'nothing to say': 'what they would say is over, or waits for the morning.',
  uncertain: 'nobody knows whether a message went. Tell them with --uncertain, which some may then get twice.',
};

function* described(now: Overview): Iterable<string> {
  if (now.clock !== null) yield `The clock is set by TRUYVET_CLOCK=${now.clock}: it is ${now.at}`;
  if (now.clock_doubt !== null) yield now.clock_doubt.says;
  if (!now.reaches_people) yield NOBODY_GETS_THEM;
  const inFile = now.failed['file'] ?? 0;
  if (inFile > 0) yield `${inFile} went to a file only, since no provider took them: nobody got these`;
  if (now.graph.problem !== null) yield now.graph.problem;
  if (now.graph.set_aside_events > 0) {
    yield `${now.graph.set_aside_events} events are set aside: see npx truyvet projections status`;
  }
  if (now.paused) yield oneLine(`PAUSED by ${now.paused.by}: ${now.paused.reason}`);
  if (!now.worker) yield 'No worker runs: nothing is sent. Start one with: npx truyvet worker';
  for (const { queue, waiting, under_way, oldest_seconds } of now.queues) {
    yield `${queue}: ${waiting} waiting, ${under_way} under way${waiting > 0 ? `, the oldest for ${oldest_seconds} s` : ''}`;
  }
  for (const { provider, state, paused, sent, taken_back, failed } of now.providers) {
    const by = paused ? oneLine(` by ${paused.by}: ${paused.reason}`) : '';
    yield `provider ${provider}: ${state}${by}; ${sent} ${state === 'file' ? 'written' : 'sent'}, ${taken_back} taken back, ${counted(failed)}`;
  }
  yield `alerts that stand failed: ${counted(now.failed)}`;
  for (const { case_id, status, contacts, unlikely } of now.held) {
    yield `case ${case_id}: ${contacts} contacts ${status === 'held' ? 'wait for a person' : 'were refused'}`;
    for (const { place_id, ...each } of unlikely) yield `  ${reasonOf({ ...each, placeId: place_id })}`;
  }
  const waiting = now.held_results.length;
  if (waiting > 0) yield `${waiting} results wait for a person: see npx truyvet held`;
  for (const { at, command, by, reason, provider, case_id, sample_id } of now.commands.slice(0, 10)) {
    const sample = sample_id ? ` sample ${sample_id}` : '';
    const about = `${provider ? ` ${provider}` : ''}${case_id ? ` case ${case_id}` : ''}${sample}`;
    yield oneLine(`${at} ${command}${about} by ${by}: ${reason}`);
  }
}

function counted(failed: Record<string, number>): string {
  const all = Object.entries(failed).map(([reason, alerts]) => `${alerts} ${reason}`);
  return all.length === 0 ? '0 failed' : `failed: ${all.join(', ')}`;
}

const FLAGS: Record<string, string> = { case_id: '--case' };

interface Beside {
  runtime: Runtime;
  graph: Graph;
}

async function withTools(use: (tools: OperationTools, beside: Beside) => Promise<void>): Promise<void> {
  const config = readConfig();
  const runtime = await openRuntime(config, createLogger(config, 'alerts'), ['neo4j', 'redis']);
  const graph = openGraph(runtime, FOR_PEOPLE);
  const queues = openQueues(runtime);
  try {
    await use(operationTools(runtime, queues, graph), { runtime, graph });
  } finally {
    await queues.close();
    await graph.close();
    await runtime.close();
  }
}
