import { accessFolderOf } from './event-log-access.js';
import { startEventLogNode, type EventLogNodeOptions } from './server.js';

export interface RunOptions extends EventLogNodeOptions {
  /** Called with lines that say where the node listens and where its passwords are. */
  say: (line: string) => void;
  warn: (text: string) => void;
  /** Called once the node listens. The node stops when the promise resolves. */
  untilStopped: () => Promise<unknown>;
}

/**
 * Runs an event log in this process until it is told to stop.
 * @returns false when it ended because its disk failed. It has warned about that; the process should do nothing else
 * then.
 */
export async function runEventLogNode({ say, untilStopped, ...options }: RunOptions): Promise<boolean> {
  const node = await startEventLogNode(options);
  const { host = '127.0.0.1', accessDir = accessFolderOf(options.dataDir), warn } = options;
  // Called before the lines below, because a reader of those lines may stop the node at once.
  const stopped = untilStopped().then(() => undefined);
  say(`The event log listens on ${host}, port ${node.port}: ${node.address}`);
  say(`Its users and their passwords are in ${accessDir}.`);
  const failure = await Promise.race([stopped, node.failed]);
  if (failure !== undefined) {
    warn(`The event log stops, because its disk failed: ${failure.message}`);
    warn('Everything that was acknowledged is on the disk. Check the disk, then start again.');
    return false;
  }
  await node.close();
  return true;
}
