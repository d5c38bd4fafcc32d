import { FAILED, KEPT, KEPT_WORDS } from '../alerting/words.js';
import { oneLine } from '../kernel/text.js';
import type { Overview } from './overview-answer.js';
import type { Replayed } from './replay.js';

/** Why alerts were not sent again, as lines. */
export function* keptFromReplay(kept: Replayed['kept']): Iterable<string> {
  for (const why of KEPT) if (kept[why] !== undefined) yield `${kept[why]} left as they are: ${KEPT_WORDS[why]}`;
}

/** The current state of alerting, as lines. */
export function* overviewLines(now: Overview): Iterable<string> {
  if (now.clock !== null) yield `The clock is set by TRUYVET_CLOCK=${now.clock}: it is ${now.at}`;
  if (now.clock_doubt !== null) yield now.clock_doubt.says;
  const inFile = now.failed[FAILED.file] ?? 0;
  if (inFile > 0) yield `${inFile} messages were only written to a file: nobody got them`;
  if (now.graph.problem !== null) yield now.graph.problem;
  if (now.graph.set_aside_events > 0) {
    yield `${now.graph.set_aside_events} events are set aside: see npx truyvet projections status`;
  }
  if (now.paused) yield oneLine(`PAUSED by ${now.paused.by}: ${now.paused.reason}`);
  if (!now.worker) yield 'No worker is running: nothing is sent. Start one with: npx truyvet worker';
  for (const { queue, waiting, under_way, oldest_seconds } of now.queues) {
    yield `${queue}: ${waiting} waiting, ${under_way} running${waiting > 0 ? `, the oldest for ${oldest_seconds} s` : ''}`;
  }
  for (const { provider, state, paused, sent, taken_back, failed } of now.providers) {
    const by = paused ? oneLine(` by ${paused.by}: ${paused.reason}`) : '';
    yield `provider ${provider}: ${state}${by}; ${sent} ${state === 'file' ? 'written' : 'sent'}, ${taken_back} taken back, ${counted(failed)}`;
  }
  yield `failed alerts: ${counted(now.failed)}`;
  for (const { case_id, status, contacts, unlikely } of now.held) {
    yield `case ${case_id}: ${contacts} contacts ${status === 'held' ? 'wait for approval' : 'were refused'}`;
    for (const { says } of unlikely) yield `  ${says}`;
  }
  const waiting = now.held_results.length;
  if (waiting > 0) yield `${waiting} results wait for review: see npx truyvet held`;
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
