// Loaded before a program by NODE_OPTIONS=--import=FILE: says again and again, in a file of the folder LIVE_MEMORY that is
// named by the process, how many bytes are in use once garbage is collected. What a process holds of the system says little
// of that: with memory to spare, Node.js collects late.
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
