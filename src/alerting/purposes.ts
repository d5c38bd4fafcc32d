import type { Purpose } from '../delivery/index.js';
import { ALERT, WITHDRAWAL } from './purpose-names.js';

/** Imported only when needed, since every command that opens the log loads the purposes. */
const does = () => import('./delivery-reports.js');
const written = () => import('./samples.js');

/** The purposes of messages that notify contacts, and of messages that take those back. */
export const PURPOSES: readonly Purpose[] = [
  {
    name: ALERT,
    handler: async (worker) => (await import('./work.js')).alertMessages(worker),
    reported: async (...of) => (await does()).noteOfAlert(...of),
    samples: async (settings) => (await written()).alertsIn(settings),
  },
  {
    name: WITHDRAWAL,
    reported: async (...of) => (await does()).noteOfWithdrawal(...of),
    samples: async (settings) => (await written()).withdrawalsIn(settings),
  },
];
