import type { Command } from 'commander';

export function registerProjections(program: Command): void {
  const projections = program.command('projections').description('the contact graph, which is made from the log');
  projections
    .command('status')
    .description('how far each part of the graph has come')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      const { showProjections } = await import('../show-projections.js');
      await showProjections(options);
    });
  projections
    .command('rebuild')
    .description('empty the graph; a running projector fills it again from the log')
    .action(async () => {
      const { rebuildProjections } = await import('../show-projections.js');
      await rebuildProjections();
    });
  projections
    .command('retry')
    .description('have events that were set aside tried again, each after those that it waits for')
    .option('--position <number>', 'only what stands there in the log, with what waits for it')
    .option('--json', 'print JSON')
    .action(async (options: { position?: string; json?: boolean }) => {
      const { retryProjections } = await import('../show-projections.js');
      await retryProjections(options);
    });
}
