import type { Command } from 'commander';
import type { Purpose } from '../../delivery/purposes.js';

/** @param purposes the purposes of messages of all modules. */
export function registerProviders(program: Command, purposes: () => Promise<readonly Purpose[]>): void {
  program
    .command('providers')
    .description('check the providers of messages, and show each message with the SMS that it takes')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      const { showProviders } = await import('../show-providers.js');
      await showProviders(options, await purposes());
    });
}
