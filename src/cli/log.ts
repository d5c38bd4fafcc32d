import type { Command } from 'commander';
import type { VerifyOptions } from './verify-log.js';

export function registerLog(program: Command): void {
  const log = program.command('log').description('the embedded event log');
  log
    .command('verify')
    .description('check that all of it is as it was written; works on a stopped and on a running log')
    .option('--data <folder>', 'folder of the log (default: that of this installation)')
    .option(
      '--head <number:hash>',
      'a head of the chain that was noted earlier: exits with 1 if the log is shorter or different; can be repeated',
      (head: string, before: string[] = []) => [...before, head],
    )
    .option('--json', 'print JSON')
    .action(async (options: VerifyOptions) => {
      const { verifyEventLog } = await import('./verify-log.js');
      await verifyEventLog(options);
    });
}
