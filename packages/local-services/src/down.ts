import { localServices, lockFile, waiting } from './catalogue.js';
import { stopContainer } from './docker.js';
import { withLock } from './lock.js';
import { isAlive, stopProcess } from './processes.js';
import { readState, writeState, type ServiceRecord } from './state.js';
import { serviceNames, titles, type ServiceName, type ServicesOptions } from './types.js';

export async function down({ config, only = serviceNames, say = () => undefined }: ServicesOptions): Promise<void> {
  const { dataDir } = config;
  // Stopping services must not turn a folder without services into one with a lock file.
  if (Object.keys(readState(dataDir)).length === 0) return say('No service was ever started here.');
  await withLock(lockFile(dataDir), waiting(say), async () => {
    const state = readState(dataDir);
    const stops = only.map(async (name) => {
      const record = state[name];
      if (record?.run) await stop(name, record, say);
      delete record?.run;
    });
    const failed = (await Promise.allSettled(stops)).find((result) => result.status === 'rejected');
    writeState(dataDir, state);
    if (failed) throw failed.reason;
  });
}

async function stop(name: ServiceName, { run }: ServiceRecord, say: (line: string) => void): Promise<void> {
  const { graceMs } = localServices[name];
  if (!run) return;
  if ('container' in run) {
    await stopContainer(run.container, graceMs);
    return say(`${titles[name]}: stopped`);
  }
  if (!isAlive(run)) return say(`${titles[name]}: was not running`);
  const begun = Date.now();
  const forced = await stopProcess(run, graceMs);
  const took = ((Date.now() - begun) / 1000).toFixed(1);
  say(`${titles[name]}: ${forced ? 'killed, because it did not stop by itself,' : 'stopped'} after ${took} s`);
}
