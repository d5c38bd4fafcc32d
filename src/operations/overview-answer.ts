import { heldCase } from '../alerting/index.js';
import { FAILURES, KEPT } from '../alerting/words.js';
import { heldResult } from '../samples/index.js';
import { z } from 'zod';
import { clockAnswer } from './clock.js';

const count = z.int();
/** Who decided something, and why. */
export const decision = z.object({ by: z.string(), reason: z.string() });

const setAside = z.object({
  id: z.string().describe('The id of the event.'),
  type: z.string(),
  position: z.string(),
  reason: z.string(),
  tries: count,
  by: z.string().describe('Who set it aside: graph, or the name of a reader.'),
  accepted: decision.nullable().describe('Who accepted that it stays left out, and why; null while nobody has.'),
});

const graph = z.object({
  problem: z.string().nullable().describe('Why answers are unreliable or unavailable; null if all is well.'),
  set_aside_events: count.describe(
    'The number of events that the graph or a worker could not handle; set_aside has the first of them.',
  ),
  set_aside: z.array(setAside),
});

const provider = z.object({
  provider: z.string(),
  state: z
    .enum(['fine', 'untried', 'file', 'paused', 'failing', 'removed'])
    .describe(
      'untried: it has accepted nothing yet; file: it writes to a file, which reaches nobody by itself; failing: it ' +
        'failed repeatedly, and is tried again later.',
    ),
  paused: decision.nullable(),
  waiting: count,
  sent: count,
  taken_back: count,
  failed: z.record(z.string(), count),
});

const command = z.object({
  at: z.string(),
  command: z.enum([
    ...(['pause', 'resume', 'replay', 'approve', 'refuse'] as const),
    ...(['release-result', 'refuse-result', 'confirm-clock', 'accept-set-aside'] as const),
  ]),
  by: z.string(),
  reason: z.string(),
  provider: z.string().nullable(),
  case_id: z.string().nullable(),
  sample_id: z.string().nullable(),
  alerts: count.nullable().describe('The number of alerts or contacts that it was about.'),
});

/** Everything that an operator has to know about alerting. */
export const overviewAnswer = z.object({
  at: z.string(),
  zone: z.string().describe('The time zone for times shown to people, whatever the zone of their browser.'),
  clock: z.string().nullable().describe("The setting of the clock, for tests; null when it is the machine's clock."),
  clock_doubt: clockAnswer.shape.doubt,
  reaches_people: z
    .boolean()
    .describe('Whether a provider is configured that reaches people; without one messages are written to a file.'),
  graph,
  worker: z.boolean().describe('Whether a worker runs that would send anything.'),
  paused: decision.nullable().describe('Who paused all providers, and why.'),
  queues: z.array(z.object({ queue: z.string(), waiting: count, under_way: count, oldest_seconds: z.number() })),
  providers: z.array(provider),
  failed: z.record(z.string(), count).describe('The number of failed alerts now, by reason.'),
  kept_from_replay: z
    .record(z.enum(FAILURES), z.enum(KEPT).nullable())
    .describe('Why an order to send again skips alerts that failed for this reason; null when they are sent again.'),
  held: z.array(heldCase),
  held_results: z.array(heldResult).describe('The first results that wait for review.'),
  commands: z.array(command).describe('Latest first.'),
});
export type Overview = z.infer<typeof overviewAnswer>;
export type GraphShown = Overview['graph'];
export type OperatorCommandShown = Overview['commands'][number];
