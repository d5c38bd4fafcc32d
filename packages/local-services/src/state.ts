import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder, notAFolder } from './data-folder.js';
import { z } from 'zod';
import { ServicesError } from './services-error.js';
import { serviceNames, type ServiceName } from './types.js';

const format = 1;

const run = z.union([
  /** `identity` distinguishes this process from a later one with the same pid. */
  z.object({ pid: z.number().int().positive(), identity: z.string() }),
  z.object({ container: z.string() }),
]);

const record = z.object({
  port: z.number().int().min(1).max(65_535),
  password: z.string(),
  via: z.enum(['process', 'docker']),
  /**
   * Set until the first start succeeds. Before that there are no data, so the way to run the service may still
   * change.
   */
  neverRan: z.literal(true).optional(),
  /** Absent while the service should be down. */
  run: run.optional(),
  /** Set for an event log that asks for a user over TLS. The event log of version 0.1.0 did not. */
  secured: z.literal(true).optional(),
});

const file = z.object({ format: z.literal(format), services: z.partialRecord(z.enum(serviceNames), record) });

export type ServiceRun = z.infer<typeof run>;
export type ServiceRecord = z.infer<typeof record>;
export type ServicesState = Partial<Record<ServiceName, ServiceRecord>>;

export const stateFile = (dataDir: string) => join(dataDir, 'services.json');

/**
 * The recorded state of this folder's services; empty when none was ever started.
 * @throws ServicesError when the file cannot be read or was written by a newer Truyvet.
 */
export function readState(dataDir: string): ServicesState {
  const path = stateFile(dataDir);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') throw notAFolder(dataDir);
    throw new ServicesError(
      'state-unreadable',
      `${path} cannot be read: ${(error as Error).message}`,
      'Run as the user who started it.',
    );
  }
  return parseState(path, text);
}

function parseState(path: string, text: string): ServicesState {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw damaged(path, 'it is not JSON');
  }
  const found = (content as { format?: unknown } | null)?.format;
  if (typeof found === 'number' && found > format) {
    throw new ServicesError(
      'state-unreadable',
      `${path} was written by a newer Truyvet (format ${found}, this one knows ${format}).`,
      'Use that version, or another data folder (TRUYVET_DATA).',
    );
  }
  const parsed = file.safeParse(content);
  if (!parsed.success) throw damaged(path, z.prettifyError(parsed.error));
  return parsed.data.services as ServicesState;
}

function damaged(path: string, why: string): ServicesError {
  return new ServicesError(
    'state-unreadable',
    `${path} is damaged: ${why}`,
    'It holds the ports and passwords of the services. Restore it; without it, stop the processes of this folder, ' +
      'then remove it and the neo4j folder beside it: the graph is rebuilt from the event log.',
  );
}

/** Replaces the file as a whole. Only its owner may read it, because it holds passwords. */
export function writeState(dataDir: string, services: ServicesState): void {
  makeFolder(dataDir);
  const path = stateFile(dataDir);
  const temporary = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(temporary, `${JSON.stringify({ format, services }, undefined, 2)}\n`, { mode: 0o600, flush: true });
  renameSync(temporary, path);
}
