import { isForPeople } from '../kernel/errors.js';
import { commandLine } from './program.js';
import { endWith, guardTerminal } from '../cli/terminal.js';

/** Milliseconds after the end of a command in which what it used may close. */
const LEFT_OPEN = 10_000;

// Files hold people's data: only their owner may read those that this process or its services create.
process.umask(0o077);
guardTerminal();
// Node would print all properties of an error, such as a URL that could not be read.
process.on('uncaughtException', endWith);

try {
  await commandLine().parseAsync();
} catch (error) {
  const told = isForPeople(error) ? { detail: error.message, fix: error.fix } : await explained(error);
  if (!told) endWith(error);
  // The reason for a clock in doubt was already printed at the start.
  if (!(error instanceof Error && 'told' in error && error.told)) console.error(told.detail);
  if (told.fix) console.error(told.fix);
  process.exitCode = 1;
}
// Nothing should be open any more. If something is, such as a call to a service that does not answer, the process must
// still end: whoever stopped it waits for that.
setTimeout(() => {
  console.error(`Ending with something still open: ${process.getActiveResourcesInfo().join(', ')}.`);
  process.exit();
}, LEFT_OPEN).unref();

/** Loaded only when needed: it would slow down the start of every command. */
async function explained(error: unknown): Promise<{ detail: string; fix: string } | undefined> {
  const { serviceProblem } = await import('../http/service-problems.js');
  return serviceProblem(error);
}
