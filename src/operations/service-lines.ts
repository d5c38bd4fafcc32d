import { titles, type ServiceStatus } from '@truyvet/local-services';
import { table } from '../cli/table.js';
import type { ServicesAnswer } from './services-answer.js';

/** The services as answers show them. */
export function shownServices(all: readonly ServiceStatus[]): ServicesAnswer {
  return all.map(({ memoryBytes, ...each }) => ({ ...each, memory_bytes: memoryBytes }));
}

const STATES = { running: 'running', stopped: 'stopped', given: 'given by URL', unreachable: 'unreachable' };

export function* serviceLines(all: ServicesAnswer): Iterable<string> {
  yield* table(
    all.map(({ name, state, address, version, pid, memory_bytes: bytes }) => [
      ...[titles[name], STATES[state], address ?? '-', version ?? '-'],
      pid === undefined ? '-' : `pid ${pid}`,
      bytes === undefined ? '-' : `${Math.round(bytes / 2 ** 20)} MB`,
    ]),
  );
  for (const { name, problem } of all) if (problem) yield `${titles[name]}: ${problem}`;
}
