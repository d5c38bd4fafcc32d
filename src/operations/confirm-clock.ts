import { clockShown } from './clock.js';
import { confirming, readOrder } from './fields.js';
import { readConfig } from '../platform/config.js';
import { createLogger } from '../platform/logger.js';
import { timeForPeople } from '../platform/times.js';
import { asOptions } from '../cli/options.js';
import { openRuntime, type Runtime } from '../entrypoints/runtime.js';

/** Says for the command line what the clock says beside the log. */
export async function showClock({ json = false }: { json?: boolean }): Promise<void> {
  await withRuntime(async ({ clock, config }) => {
    const shown = await clockShown(clock);
    if (json) return console.log(JSON.stringify(shown));
    console.log(`The clock says ${timeForPeople(shown.clock, config.zone)}.`);
    if (shown.last_event === null) console.log('The log holds nothing to compare it with.');
    else console.log(`The last event of the log is of ${timeForPeople(shown.last_event, config.zone)}.`);
    if (shown.doubt === null) return console.log('It is not in doubt.');
    console.log('It is IN DOUBT: set it right, or, where it is right, confirm it:');
    console.log('  npx truyvet clock confirm --by NAME --reason TEXT');
  });
}

/** Says for the command line that the clock is right. */
export async function confirmClock({
  json = false,
  ...options
}: {
  by: string;
  reason: string;
  json?: boolean;
}): Promise<void> {
  const given = await asOptions(() => readOrder(confirming, options));
  await withRuntime(async ({ clock, config }) => {
    const did = await clock.confirm(given, { source: 'cli' });
    if (json) return console.log(JSON.stringify({ outcome: did ? 'new' : 'unchanged' }));
    const now = timeForPeople(new Date(config.now()).toISOString(), config.zone);
    if (did) console.log(`Confirmed: it is ${now}. What waited for that goes on within half a minute.`);
    else console.log(`Nothing was in doubt: it is ${now}.`);
  });
}

async function withRuntime(use: (runtime: Runtime) => Promise<void>): Promise<void> {
  const config = readConfig();
  const runtime = await openRuntime(config, createLogger(config, 'clock'));
  try {
    await use(runtime);
  } finally {
    await runtime.close();
  }
}
