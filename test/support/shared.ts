/** Probes and recordings that stand beside the checkout; tests that need them are skipped where they are absent. */
export const SHARED = process.env['TRUYVET_SHARED'] || '../shared';
