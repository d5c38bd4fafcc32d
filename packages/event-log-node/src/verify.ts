export type { KnownHead, Standing } from './check/chain-check.js';
export type { Damage, NamedEvents, Verdict } from './check/verdict.js';
export { verifyLog, type Progress } from './check/verify.js';
