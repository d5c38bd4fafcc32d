import { isThere, localServices, logFile } from './catalogue.js';
import { containerPid } from './docker.js';
import { probe } from './probes.js';
import { memoryOf } from './processes.js';
import { readState, type ServiceRecord, type ServicesState } from './state.js';
import { serviceNames, type ServiceName, type ServicesOptions, type ServiceStatus } from './types.js';
import { addressOf, isGiven, ownAddress, ownUrls, urlsOf } from './urls.js';
import type { ServicesConfig } from './config.js';

export function status({ config, only = serviceNames }: ServicesOptions): Promise<ServiceStatus[]> {
  const state = readState(config.dataDir);
  return Promise.all(only.map((name) => (isGiven(config, name) ? ofGiven(name, config) : ofOurs(name, config, state))));
}

const nothing = { version: undefined, pid: undefined, memoryBytes: undefined, log: undefined, problem: undefined };

async function ofGiven(name: ServiceName, config: ServicesConfig): Promise<ServiceStatus> {
  const urls = urlsOf(config, {});
  const common = { ...nothing, name, via: 'url' as const, address: addressOf(name, urls) };
  try {
    return { ...common, state: 'given', version: await probe(name, urls) };
  } catch (error) {
    return { ...common, state: 'unreachable', problem: (error as Error).message };
  }
}

async function ofOurs(name: ServiceName, config: ServicesConfig, state: ServicesState): Promise<ServiceStatus> {
  const { dataDir } = config;
  const record = state[name];
  if (!record) return { ...nothing, name, state: 'stopped', via: 'process', address: undefined };
  const urls = ownUrls(config, state);
  const { run, via } = record;
  const log = via === 'process' ? (localServices[name].ownLog?.(dataDir) ?? logFile(dataDir, name)) : undefined;
  const common = { ...nothing, name, via, log, address: ownAddress(name, record) };
  if (!(await isThere(record))) return { ...common, state: 'stopped' };
  const pid = await pidOf(run);
  const there = { ...common, pid, memoryBytes: pid === undefined ? undefined : memoryOf(pid) };
  try {
    return { ...there, state: 'running', version: await probe(name, urls) };
  } catch (error) {
    return { ...there, state: 'unreachable', problem: (error as Error).message };
  }
}

async function pidOf(run: ServiceRecord['run']): Promise<number | undefined> {
  if (!run) return undefined;
  return 'container' in run ? containerPid(run.container) : run.pid;
}
