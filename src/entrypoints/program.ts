import { REQUESTS } from './modules.js';
import { registerRequest } from '../cli/bind.js';
import { Command } from 'commander';
import { registerDemo } from './commands/demo.js';
import { registerEventLog } from './commands/event-log.js';
import { registerImport } from './commands/import.js';
import { registerStart } from './commands/start.js';
import { registerProjector, registerWorker } from './commands/processes.js';
import { registerServices } from './commands/services.js';
import { registerApi } from './commands/api.js';

const loadContext = async () => (await import('./with-context.js')).withContext;

/**
 * The command line. Each command loads its code only when it is called, so that `truyvet --help` stays instant and a
 * process loads only what it needs.
 */
export function commandLine(): Command {
  const program = new Command('truyvet')
    .description('Contact tracing: check-ins to a contact graph to one SMS each')
    .version('0.1.0')
    .showHelpAfterError()
    // An option after the name of a command belongs to it, even if its parent has an option of the same name.
    .enablePositionalOptions();
  registerEventLog(program);
  registerDemo(program);
  registerServices(program);
  registerProjector(program);
  registerWorker(program);
  registerStart(program);
  registerImport(program);
  registerApi(program);
  for (const request of REQUESTS) registerRequest(program, request, loadContext);
  return program;
}
