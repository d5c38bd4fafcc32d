import type { Command } from 'commander';

export function registerLog(program: Command): void {
  const log = program.command('log').description('the event log that Truyvet keeps itself');
  log
    .command('verify')
    .description('read all of it and say what is not as it was written; works on a stopped and on a running log')
    .option('--data <folder>', 'folder of the log; the one of this installation when left out')
    .option('--json', 'print JSON')
    .action(async (options: { data?: string; json?: boolean }) => {
      const { verifyEventLog } = await import('../verify-log.js');
      await verifyEventLog(options);
    });
}
