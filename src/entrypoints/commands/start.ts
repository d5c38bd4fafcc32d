import type { Command } from 'commander';

export function registerStart(program: Command): void {
  program
    .command('start')
    .description('run everything in the foreground: services, API, projector and worker')
    .option('--install', 'install what is missing, as root on Debian or Ubuntu')
    .action(async (options: { install?: boolean }) => {
      const { start } = await import('../start.js');
      await start(options);
    });
}
