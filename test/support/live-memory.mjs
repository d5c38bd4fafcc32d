// Loaded before a program by NODE_OPTIONS=--import=FILE: repeatedly writes the number of bytes in use after garbage
// collection to a file in the folder LIVE_MEMORY, named by the process id. The resident memory says little about that,
// because Node.js collects late while memory is available.
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setInterval } from 'node:timers';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Milliseconds. */
const EVERY = 5_000;

const folder = process.env.LIVE_MEMORY;
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

function say() {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  const file = join(folder, String(process.pid));
  writeFileSync(`${file}.new`, String(heapUsed + external));
  renameSync(`${file}.new`, file);
}

if (folder) setInterval(say, EVERY).unref();
