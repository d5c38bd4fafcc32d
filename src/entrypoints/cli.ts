import { Command } from 'commander';
import { UserError } from '../domain/errors.js';
import { registerEventLog } from './commands/event-log.js';
import { registerImport } from './commands/import.js';
import { registerServices } from './commands/services.js';

/**
 * The command line. A command's module registers itself and loads what it runs only when it is called, so that
 * `truyvet --help` stays instant and a process carries only what it needs.
 */
const program = new Command('truyvet')
  .description('Contact tracing: check-ins to a contact graph to one SMS each')
  .version('0.1.0')
  .showHelpAfterError();

registerEventLog(program);
registerServices(program);
registerImport(program);

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(error.message);
  if (error.fix) console.error(error.fix);
  process.exitCode = 1;
}
