import { accessFolderOf } from '../platform/event-log-access.js';
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
    .requiredOption('--data <folder>', 'folder of the log; made when it is not there')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--access <folder>', "folder of its certificate and users (default: the log's, with -access behind it)")
    .action(serve);
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError('A port is a number from 0 to 65535.');
  return port;
}

async function serve(options: EventLogOptions): Promise<void> {
  const { startEventLogNode } = await import('../log/node/server.js');
  const { onStopSignals } = await import('./foreground.js');
  const { checkClock } = await import('../entrypoints/check-clock.js');
  const { readConfig } = await import('../platform/config.js');
  const config = readConfig();
  checkClock(config);
  const { makeFolder } = await import('../platform/data-folder.js');
  makeFolder(options.data);
  const node = await startEventLogNode({
    port: options.port,
    host: options.host,
    dataDir: options.data,
    now: config.now,
    ...(options.access !== undefined && { accessDir: options.access }),
    warn: (text) => console.error(text),
  });
  // Whoever reads that it listens may stop it in the same moment.
  const stopped = new Promise<undefined>((resolve) => void onStopSignals(() => resolve(undefined)));
  console.log(`The event log listens on ${options.host}, port ${node.port}: ${node.address}`);
  console.log(`Its users and their passwords are in ${options.access ?? accessFolderOf(options.data)}.`);
  const failure = await Promise.race([stopped, node.failed]);
  if (failure !== undefined) {
    console.error(`The event log stops, because its disk failed: ${failure.message}`);
    console.error('What was acknowledged is on the disk. Look at the disk, then start again.');
    process.exit(1);
  }
  await node.close();
}
