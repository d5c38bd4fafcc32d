import { REQUESTS } from './modules.js';
import { registerRequest } from '../cli/bind.js';
import { Command } from 'commander';
import { registerAlerts } from '../alerting/cli.js';
import { registerBrake } from '../alerting/cli-brake.js';
import { registerClock } from '../operations/cli-clock.js';
import { registerDemo } from './commands/demo.js';
import { registerEventLog } from '../cli/event-log.js';
import { registerLog } from '../cli/log.js';
import { registerImport } from '../intake/cli.js';
import { registerQuestions } from '../investigation/cli.js';
import { registerContacts } from '../investigation/cli-contacts.js';
import { registerProjections } from '../operations/cli-projections.js';
import { registerRetests } from '../samples/cli-retests.js';
import { registerStart } from './commands/start.js';
import { registerProjector, registerWorker } from './commands/parts.js';
import { registerServices } from './commands/services.js';
import { registerApi } from './commands/api.js';
import { registerIds } from '../intake/cli-ids.js';
import { registerPeople } from '../people/cli.js';
import { registerProfiles } from '../cases/cli-profiles.js';
import { registerProviders } from '../delivery/cli.js';

const loadContext = async () => (await import('./with-context.js')).withContext;
const loadPurposes = async () => (await (await import('./boot.js')).boot()).purposes;

/**
 * The command line. A command's module registers itself and loads what it runs only when it is called, so that
 * `truyvet --help` stays instant and a process carries only what it needs.
 */
export function commandLine(): Command {
  const program = new Command('truyvet')
    .description('Contact tracing: check-ins to a contact graph to one SMS each')
    .version('0.1.0')
    .showHelpAfterError()
    // An option after the name of a command is that command's, also where the command above it has one of that name.
    .enablePositionalOptions();
  registerEventLog(program);
  registerLog(program);
  registerClock(program);
  registerDemo(program);
  registerServices(program);
  registerProjector(program);
  registerWorker(program);
  registerStart(program);
  registerProjections(program);
  registerContacts(program);
  registerQuestions(program);
  registerAlerts(program);
  registerBrake(program);
  registerProviders(program, loadPurposes);
  registerRetests(program);
  registerImport(program);
  registerPeople(program);
  registerIds(program);
  registerProfiles(program);
  registerApi(program);
  for (const request of REQUESTS) registerRequest(program, request, loadContext);
  return program;
}
