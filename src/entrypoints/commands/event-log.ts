import { type Command, InvalidArgumentError } from 'commander';

interface EventLogOptions {
  port: number;
  data: string;
  host: string;
  access?: string;
}

/** `truyvet event-log`: the embedded event log as a process of its own. */
export function registerEventLog(program: Command): void {
  program
    .command('event-log')
    .description("Serve the embedded event log, which speaks EventStoreDB's gRPC protocol")
    .requiredOption('--port <port>', 'port to listen on; 0 takes a free one', portNumber)
    .requiredOption('--data <folder>', 'folder of the log; created if it does not exist')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--access <folder>', "folder of its certificate and users (default: the log's with -access appended)")
    .action(serve);
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError('A port is a number from 0 to 65535.');
  return port;
}

async function serve(options: EventLogOptions): Promise<void> {
  const { runEventLogNode } = await import('@truyvet/event-log-node/run');
  const { onStopSignals } = await import('../../cli/foreground.js');
  const { checkClock } = await import('../check-clock.js');
  const { readConfig } = await import('../../platform/config.js');
  const config = readConfig();
  checkClock(config);
  const { makeFolder } = await import('@truyvet/local-services');
  makeFolder(options.data);
  const well = await runEventLogNode({
    port: options.port,
    host: options.host,
    dataDir: options.data,
    now: config.now,
    ...(options.access !== undefined && { accessDir: options.access }),
    say: (line) => console.log(line),
    warn: (text) => console.error(text),
    untilStopped: () => new Promise<void>((resolve) => void onStopSignals(resolve)),
  });
  if (!well) process.exit(1);
}
