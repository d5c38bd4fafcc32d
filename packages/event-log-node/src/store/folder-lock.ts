import { mkdirSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { open, type RootDatabase } from 'lmdb';
import { EventLogError } from '../event-log-error.js';
import { askForRoom, looksWhole } from './lmdb-guard.js';

/**
 * Lets only one process use a data folder. Node has no file locks, but LMDB does: every process that reads an
 * environment has a place in its reader table, with a kernel lock on the table's file that disappears with the
 * process, however it ends. So a process that finds another one in the table of this otherwise empty environment
 * leaves.
 */
export class FolderLock {
  private static readonly held = new Set<string>();

  private constructor(
    private readonly folder: string,
    private readonly env: RootDatabase<Buffer, Buffer>,
  ) {}

  /** @throws EventLogError when another process, or another node in this one, uses the folder. */
  static async take(dataDir: string): Promise<FolderLock> {
    const folder = realpathSync(dataDir);
    if (FolderLock.held.has(folder)) throw inUse(dataDir, 'this process');
    FolderLock.held.add(folder);
    let env: RootDatabase<Buffer, Buffer> | undefined;
    try {
      const path = join(folder, 'lock');
      mkdirSync(path, { recursive: true });
      // This environment never stores anything, so a damaged one can be removed.
      if (!looksWhole(path)) rmSync(join(path, 'data.mdb'));
      askForRoom(path);
      env = open<Buffer, Buffer>({ path, encoding: 'binary', keyEncoding: 'binary', mapSize: 1 << 20, noSync: true });
      enterTable(env, dataDir);
      env.readerCheck();
      const others = pidsIn(env.readerList()).filter((pid) => pid !== process.pid);
      if (others.length > 0) throw inUse(dataDir, `process ${others.join(', ')}`);
      return new FolderLock(folder, env);
    } catch (error) {
      FolderLock.held.delete(folder);
      await env?.close();
      throw error;
    }
  }

  async release(): Promise<void> {
    await this.env.close();
    FolderLock.held.delete(this.folder);
  }
}

/**
 * The first read takes the place in the table. It fails when a process with the same number in another container has
 * that place.
 */
function enterTable(env: RootDatabase<Buffer, Buffer>, dataDir: string): void {
  try {
    env.get(Buffer.from('.'));
  } catch {
    throw inUse(dataDir, 'a process in another container');
  }
}

/** Reads process ids from the table's text: a title line, then one line per reader that begins with its process id. */
const pidsIn = (table: string): number[] =>
  [...table.matchAll(/^\s*(\d+)\s/gm)].map((line) => Number(line[1])).filter((pid, i, all) => all.indexOf(pid) === i);

const inUse = (dataDir: string, by: string): EventLogError =>
  new EventLogError(
    'in-use',
    `The data folder ${dataDir} is in use by ${by}: two event logs on one folder would destroy it.`,
    'Stop the other one, or give this one a folder of its own with --data.',
  );
