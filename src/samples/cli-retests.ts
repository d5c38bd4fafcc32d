import type { Command } from 'commander';

export function registerRetests(program: Command): void {
  program
    .command('retests')
    .description('print who has to be tested again: everyone of a positive pool without a sample of their own since')
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const { showRetests } = await import('./show-retests.js');
      await showRetests(json ?? false);
    });
}
