import { logFolderOf } from '@truyvet/event-log-node';
import { makeFolder } from './data-folder.js';
import { serviceEnvironment } from './environment.js';
import type { LocalService } from './local-service.js';

/**
 * The embedded event log in a process of its own, with its data in `<data>/event-log`. The caller says how to start
 * it.
 */
export const localEventLog: LocalService = {
  name: 'event-log',
  hasPassword: false,
  startMs: 120_000,
  graceMs: 20_000,

  missing: () => Promise.resolve([]),

  async prepare({ dataDir, port, startEventLog, say }) {
    const folder = logFolderOf(dataDir);
    const { command, args, env, cwd = dataDir } = startEventLog({ port, folder, dataDir });
    makeFolder(folder);
    say(`Event log: starting on port ${port}`);
    return { command, args, cwd, env: serviceEnvironment(env) };
  },
};
