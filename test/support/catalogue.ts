import { boot } from '../../src/entrypoints/boot.js';

/** The event types and streams that the program's modules define. */
export const { catalogue: CATALOGUE, streams: STREAMS } = await boot();
