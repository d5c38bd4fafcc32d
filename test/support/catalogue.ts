import { boot } from '../../src/entrypoints/boot.js';

/** What the modules of the program define. */
export const { catalogue: CATALOGUE, streams: STREAMS } = await boot();
