/** Probes and recordings beside the checkout; tests that need them are skipped if they are missing. */
export const SHARED = process.env['TRUYVET_SHARED'] || '../shared';
