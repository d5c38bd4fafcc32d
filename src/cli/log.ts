import type { Command } from 'commander';
import type { VerifyOptions } from './verify-log.js';

export function registerLog(program: Command): void {
  const log = program.command('log').description('the event log that Truyvet keeps itself');
  log
    .command('verify')
    .description('read all of it and say what is not as it was written; works on a stopped and on a running log')
    .option('--data <folder>', 'folder of the log; the one of this installation when left out')
    .option(
      '--head <number:hash>',
      'a head of the chain that was kept: ends with 1 when the log is shorter or another; may be given again',
      (head: string, before: string[] = []) => [...before, head],
    )
    .option('--json', 'print JSON')
    .action(async (options: VerifyOptions) => {
      const { verifyEventLog } = await import('./verify-log.js');
      await verifyEventLog(options);
    });
}
