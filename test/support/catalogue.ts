import { boot } from '../../src/entrypoints/boot.js';

import { Purposes } from '../../src/delivery/index.js';

/** What the modules of the program define. */
export const { catalogue: CATALOGUE, streams: STREAMS, purposes } = await boot();
export const PURPOSES = new Purposes(purposes);
