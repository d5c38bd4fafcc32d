import type { Command } from 'commander';

export function registerProjections(program: Command): void {
  const projections = program.command('projections').description('the contact graph, which is made from the log');
  projections
    .command('status')
    .description('how far each part of the graph has come')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      const { showProjections } = await import('./show-projections.js');
      await showProjections(options);
    });
  projections
    .command('rebuild')
    .argument('[name]', 'a projection that is made again alone, while the rest goes on, as status names it')
    .description('empty the graph; a running projector fills it again from the log')
    .action(async (name: string | undefined) => {
      const { rebuildProjections } = await import('./show-projections.js');
      await rebuildProjections(name);
    });
  projections
    .command('accept')
    .argument('<event...>', 'each by its position in the log, or its id, as status shows them')
    .requiredOption('--by <name>', 'who says so')
    .requiredOption('--reason <text>', 'why; no names')
    .option('--json', 'print JSON')
    .description('say of events that are set aside that they stay out: readiness is degraded by them no more')
    .action(async (events: string[], options: { by: string; reason: string; json?: boolean }) => {
      const { acceptProjections } = await import('./show-projections.js');
      await acceptProjections(events, options);
    });
  projections
    .command('retry')
    .description('have events that were set aside tried again, each after those that it waits for')
    .option('--position <number>', 'only what stands there in the log, with what waits for it')
    .option('--json', 'print JSON')
    .action(async (options: { position?: string; json?: boolean }) => {
      const { retryProjections } = await import('./show-projections.js');
      await retryProjections(options);
    });
}
