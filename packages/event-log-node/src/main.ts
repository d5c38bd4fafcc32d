import { once } from 'node:events';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { EventLogError } from './event-log-error.js';
import { runEventLogNode } from './run.js';

// Runs an event log in a process of its own: node main.js --port 2113 --data FOLDER [--host ADDRESS] [--access
// FOLDER]

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '2113' },
    data: { type: 'string', default: 'event-log' },
    host: { type: 'string', default: '127.0.0.1' },
    access: { type: 'string' },
  },
});

const port = Number(values.port);
if (!/^\d+$/.test(values.port) || port > 65_535) {
  console.error(`--port is "${values.port}", not a number from 0 to 65535.`);
  process.exit(1);
}

// Only the owner may read the files that this process writes.
process.umask(0o077);
try {
  const well = await runEventLogNode({
    port,
    host: values.host,
    dataDir: values.data,
    ...(values.access !== undefined && { accessDir: values.access }),
    say: (line) => console.log(line),
    warn: (text) => console.error(text),
    untilStopped: () => Promise.race(['SIGTERM', 'SIGINT'].map((signal) => once(process, signal))),
  });
  if (!well) process.exit(1);
} catch (error) {
  if (!(error instanceof EventLogError)) throw error;
  console.error(error.message);
  console.error(error.fix);
  process.exitCode = 1;
}
