import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { ServicesError } from './services-error.js';
import { accessFiles, accessFolderOf, logFolderOf } from '@truyvet/event-log-node';
import { localServices, logFile } from './catalogue.js';
import { containerLog } from './docker.js';
import type { ServiceRecord } from './state.js';
import { titles, type ServiceName } from './types.js';

const shownLines = 15;

/** An error with the end of the service's logs and where to find all of them. */
export async function failure(what: string, name: ServiceName, dataDir: string, record: ServiceRecord) {
  if (record.run && 'container' in record.run) {
    const { container } = record.run;
    return new ServicesError(
      'start-failed',
      `${what}\n${await containerLog(container)}`,
      `Full log: docker logs ${container}`,
    );
  }
  const logs = [logFile(dataDir, name), localServices[name].ownLog?.(dataDir)].filter((path) => path !== undefined);
  const ends = logs.map((path) => ({ path, end: tailOf(path) })).filter(({ end }) => end !== '');
  const shown = ends.map(({ path, end }) => `The end of ${path}:\n${end}`);
  const all = `Full log: ${ends.map(({ path }) => path).join(' and ') || logs[0]}`;
  return new ServicesError(
    'start-failed',
    [what, ...shown].join('\n'),
    [...remedyFor(name, dataDir, ends), all].join('\n'),
  );
}

/** For a damaged journal, Redis' log recommends a repair tool. Here it is enough to remove the journal. */
function remedyFor(name: ServiceName, dataDir: string, ends: readonly { end: string }[]): string[] {
  const damaged = ends.some(
    ({ end }) =>
      /append only file|AOF/i.test(end) && /bad file format|unexpected end|error|wrong|corrupt|fix/i.test(end),
  );
  if (name !== 'redis' || !damaged) return [];
  return [
    `Its journal is damaged. Nothing is lost: its content is rebuilt from the event log. Remove the folder ` +
      `${dataDir}/redis, then start again.`,
  ];
}

/**
 * The error for a service that refuses our password: its store was created with another one, or another program
 * listens on its port.
 */
export function refused(name: ServiceName, dataDir: string, problem: Error): ServicesError {
  if (name === 'event-log') {
    const folder = accessFolderOf(logFolderOf(dataDir));
    return new ServicesError(
      'refused',
      `The event log cannot be used with what ${folder} holds: ${problem.message}`,
      `Restart it: npx truyvet services down, then up. When it says so again, remove ${accessFiles(folder).users} ` +
        'while it is down: its next start creates new passwords. The log itself loses nothing.',
    );
  }
  return new ServicesError(
    'refused',
    `${titles[name]} refuses the password that ${dataDir}/services.json holds: ${problem.message}`,
    `Restore that file. Without it: npx truyvet services down, remove ${dataDir}/${name}, npx truyvet services up. ` +
      'Nothing is lost: its content is rebuilt from the event log.',
  );
}

/** The last lines of a file, read without reading all of it; empty when there is no file. */
export function tailOf(path: string): string {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return '';
  }
  try {
    const size = fstatSync(file).size;
    const buffer = Buffer.alloc(Math.min(size, 8_192));
    readSync(file, buffer, 0, buffer.length, size - buffer.length);
    return buffer.toString().trimEnd().split('\n').slice(-shownLines).join('\n');
  } finally {
    closeSync(file);
  }
}
