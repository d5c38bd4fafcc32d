import type { ServicesConfig } from './config.js';
import { isThere } from './catalogue.js';
import { readState } from './state.js';
import { serviceNames, type ServiceName } from './types.js';
import { isGiven } from './urls.js';

/** Services of this folder that should be running, but whose process or container is gone. */
export async function diedServices(config: ServicesConfig): Promise<ServiceName[]> {
  const state = readState(config.dataDir);
  const gone = await Promise.all(
    serviceNames.map(async (name) => {
      const record = state[name];
      return record?.run !== undefined && !isGiven(config, name) && !(await isThere(record));
    }),
  );
  return serviceNames.filter((_, i) => gone[i]);
}
