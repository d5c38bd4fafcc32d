import { accessFolderOf } from './event-log-access.js';
import { startEventLogNode, type EventLogNodeOptions } from './server.js';

export interface RunOptions extends EventLogNodeOptions {
  /** Told where the node listens, and where its passwords are. */
  say: (line: string) => void;
  warn: (text: string) => void;
  /** Asked once it listens; done when it is to stop. */
  untilStopped: () => Promise<unknown>;
}

/**
 * Runs an event log as a process does.
 * @returns false when it ends because its disk failed, which it has said; nothing else is to be done in the process then.
 */
export async function runEventLogNode({ say, untilStopped, ...options }: RunOptions): Promise<boolean> {
  const node = await startEventLogNode(options);
  const { host = '127.0.0.1', accessDir = accessFolderOf(options.dataDir), warn } = options;
  // Whoever reads that it listens may stop it in the same moment.
  const stopped = untilStopped().then(() => undefined);
  say(`The event log listens on ${host}, port ${node.port}: ${node.address}`);
  say(`Its users and their passwords are in ${accessDir}.`);
  const failure = await Promise.race([stopped, node.failed]);
  if (failure !== undefined) {
    warn(`The event log stops, because its disk failed: ${failure.message}`);
    warn('What was acknowledged is on the disk. Look at the disk, then start again.');
    return false;
  }
  await node.close();
  return true;
}
