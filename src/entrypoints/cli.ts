import { Command } from 'commander';

/**
 * The command line. Each command's module is loaded only when it is called, so that `truyvet --help` stays instant
 * and a process carries only what it runs.
 */
const program = new Command('truyvet')
  .description('Contact tracing: check-ins to a contact graph to one SMS each')
  .version('0.1.0');

await program.parseAsync();
