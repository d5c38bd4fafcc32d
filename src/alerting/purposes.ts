import type { Purpose } from '../delivery/index.js';

/** Loaded when there is something to do: every command that opens the log knows the purposes. */
const does = () => import('./delivery-reports.js');
const written = () => import('./samples.js');

/** Of the messages that tell contacts, and of those that take that back. */
export const PURPOSES: readonly Purpose[] = [
  {
    name: 'alert',
    reported: async (...of) => (await does()).noteOfAlert(...of),
    samples: async (settings) => (await written()).alertsIn(settings),
  },
  {
    name: 'withdrawal',
    reported: async (...of) => (await does()).noteOfWithdrawal(...of),
    samples: async (settings) => (await written()).withdrawalsIn(settings),
  },
];
