import { isForPeople } from '../kernel/errors.js';
import { commandLine } from './program.js';
import { endWith, guardTerminal } from '../cli/terminal.js';

// What is made here holds people's data: files are the owner's alone, whoever makes them, services included.
process.umask(0o077);
guardTerminal();
// Node itself would print all that an error holds, such as the URL that could not be read.
process.on('uncaughtException', endWith);

try {
  await commandLine().parseAsync();
} catch (error) {
  const told = isForPeople(error) ? { detail: error.message, fix: error.fix } : await explained(error);
  if (!told) endWith(error);
  // Of a clock in doubt it was said at the start why.
  if (!(error instanceof Error && 'told' in error && error.told)) console.error(told.detail);
  if (told.fix) console.error(told.fix);
  process.exitCode = 1;
  // Nothing should be open any more. Should it be, the error is not to stand there while the process goes on.
  setTimeout(() => process.exit(1), 15_000).unref();
}

/** What is loaded only to tell an error would make every command slower. */
async function explained(error: unknown): Promise<{ detail: string; fix: string } | undefined> {
  const { serviceProblem } = await import('../http/service-problems.js');
  return serviceProblem(error);
}
