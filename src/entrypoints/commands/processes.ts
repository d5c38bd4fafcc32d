import type { Command } from 'commander';

export function registerProjector(program: Command): void {
  program
    .command('projector')
    .description('keep the contact graph up to date with the log, in the foreground; several do no harm')
    .action(async () => {
      const { runProcess } = await import('../run-process.js');
      await runProcess('projector');
    });
}

export function registerWorker(program: Command): void {
  program
    .command('worker')
    .description('open cases, trace them and alert their contacts, in the foreground; several share the work')
    .action(async () => {
      const { runProcess } = await import('../run-process.js');
      await runProcess('worker');
    });
}
