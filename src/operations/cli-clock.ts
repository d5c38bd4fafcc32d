import type { Command } from 'commander';

export function registerClock(program: Command): void {
  const clock = program
    .command('clock')
    .description('what the clock of this machine says beside the log; nothing new is taken while it is in doubt');

  clock
    .command('show', { isDefault: true })
    .description('say whether the clock is in doubt, and why')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      const { showClock } = await import('./confirm-clock.js');
      await showClock(options);
    });

  clock
    .command('confirm')
    .description('say that the clock of this machine is right: what waited for that goes on, in all processes')
    .requiredOption('--by <name>', 'who says so')
    .requiredOption('--reason <text>', 'how it is known; no names')
    .option('--json', 'print JSON')
    .action(async (options: { by: string; reason: string; json?: boolean }) => {
      const { confirmClock } = await import('./confirm-clock.js');
      await confirmClock(options);
    });
}
