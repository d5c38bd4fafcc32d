import type { Command } from 'commander';
import { TASK_OUTCOMES } from './task-kinds.js';

/** What is said of tasks stands below the question that lists them. */
export function registerTasks(program: Command): void {
  const tasks = program.commands.find((command) => command.name() === 'tasks');
  if (!tasks) throw new Error('the question tasks is to be registered first');

  tasks
    .command('close')
    .argument('<id>', 'the task, as the list names it; the beginning of a longer id will do')
    .requiredOption('--outcome <outcome>', `what became of it: ${TASK_OUTCOMES.join(', ')}`)
    .requiredOption('--by <name>', 'who of the team says so')
    .option('--note <text>', 'what else there is to say; sealed with the key of the person')
    .description('say what was done about a task')
    .action(async (id: string, options: Record<string, unknown>) => {
      const { close } = await import('./change-tasks.js');
      await close(id, options);
    });

  tasks
    .command('reopen')
    .argument('<id>', 'the task')
    .requiredOption('--by <name>', 'who of the team says so')
    .requiredOption('--reason <text>', 'why it is to be done after all; sealed with the key of the person')
    .description('say that a task is to be done after all')
    .action(async (id: string, options: Record<string, unknown>) => {
      const { reopen } = await import('./change-tasks.js');
      await reopen(id, options);
    });

  tasks
    .command('show')
    .argument('<id>', 'the task')
    .description('print what was done about a task, with its notes')
    .option('--json', 'print JSON')
    .action(async (id: string, _options: unknown, command: Command) => {
      const { show } = await import('./change-tasks.js');
      // The list takes --json, wherever it stands.
      await show(id, command.optsWithGlobals());
    });
}
