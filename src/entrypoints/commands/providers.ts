import type { Command } from 'commander';

export function registerProviders(program: Command): void {
  program
    .command('providers')
    .description('check the providers of messages, and show each message with the SMS that it takes')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      const { showProviders } = await import('../show-providers.js');
      showProviders(options);
    });
}
