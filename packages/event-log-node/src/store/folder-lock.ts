import { mkdirSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { open, type RootDatabase } from 'lmdb';
import { EventLogError } from '../event-log-error.js';
import { askForRoom, looksWhole } from './lmdb-guard.js';

/**
 * One process a data folder. Node has no file locks, LMDB does: every process that reads an environment stands in
 * its reader table, with a kernel lock on the table's file that vanishes with the process, however it ends.
 * So whoever finds another process in the table of this otherwise empty environment leaves.
 */
export class FolderLock {
  private static readonly held = new Set<string>();

  private constructor(
    private readonly folder: string,
    private readonly env: RootDatabase<Buffer, Buffer>,
  ) {}

  /** Throws EventLogError when another process, or another node in this one, uses the folder. */
  static async take(dataDir: string): Promise<FolderLock> {
    const folder = realpathSync(dataDir);
    if (FolderLock.held.has(folder)) throw inUse(dataDir, 'this process');
    FolderLock.held.add(folder);
    let env: RootDatabase<Buffer, Buffer> | undefined;
    try {
      const path = join(folder, 'lock');
      mkdirSync(path, { recursive: true });
      // Nothing is ever stored in it, so a damaged one is worth nothing.
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

/** The first read takes the place in the table; it fails when a process of the same number elsewhere has it. */
function enterTable(env: RootDatabase<Buffer, Buffer>, dataDir: string): void {
  try {
    env.get(Buffer.from('.'));
  } catch {
    throw inUse(dataDir, 'a process in another container');
  }
}

/** The table is text: a line of titles, then a line a reader, its process id first. */
const pidsIn = (table: string): number[] =>
  [...table.matchAll(/^\s*(\d+)\s/gm)].map((line) => Number(line[1])).filter((pid, i, all) => all.indexOf(pid) === i);

const inUse = (dataDir: string, by: string): EventLogError =>
  new EventLogError(
    'in-use',
    `The data folder ${dataDir} is in use by ${by}: two event logs on one folder would destroy it.`,
    'Stop the other one, or give this one a folder of its own with --data.',
  );
