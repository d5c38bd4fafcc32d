import type { Command } from 'commander';

export function registerIds(program: Command): void {
  const ids = program
    .command('ids')
    .description('ids of an older log that are one today, such as composed and decomposed letters, or are refused');

  ids
    .command('list')
    .description(
      'list ids in another form than ids have, the one that each is, and what to do about those that are refused',
    )
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      const { listTwins } = await import('./show-twin-ids.js');
      await listTwins(options);
    });

  ids
    .command('merge')
    .description('make one of the people, places, households and tubes that have two; run twice it changes nothing')
    .action(async () => {
      const { mergeTwins } = await import('./show-twin-ids.js');
      await mergeTwins();
    });
}
