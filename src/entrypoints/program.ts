import { Command } from 'commander';
import { registerAlerts } from './commands/alerts.js';
import { registerBrake } from './commands/brake.js';
import { registerClock } from './commands/clock.js';
import { registerDemo } from './commands/demo.js';
import { registerEventLog } from './commands/event-log.js';
import { registerLog } from './commands/log.js';
import { registerHeld } from './commands/held.js';
import { registerImport } from './commands/import.js';
import { registerQuestions } from './commands/ask.js';
import { registerContacts } from './commands/contacts.js';
import { registerPlaceKinds } from './commands/place-kinds.js';
import { registerProjections } from './commands/projections.js';
import { registerRetests } from './commands/retests.js';
import { registerTasks } from './commands/tasks.js';
import { registerStart } from './commands/start.js';
import { registerProjector, registerWorker } from './commands/parts.js';
import { registerServices } from './commands/services.js';
import { registerApi } from './commands/api.js';
import { registerIds } from './commands/ids.js';
import { registerPeople } from './commands/people.js';
import { registerProfiles } from './commands/profiles.js';
import { registerProviders } from './commands/providers.js';

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
  registerTasks(program);
  registerAlerts(program);
  registerBrake(program);
  registerProviders(program);
  registerRetests(program);
  registerHeld(program);
  registerImport(program);
  registerPeople(program);
  registerIds(program);
  registerProfiles(program);
  registerPlaceKinds(program);
  registerApi(program);
  return program;
}
