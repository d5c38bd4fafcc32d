import { inspect } from 'node:util';
import { printable } from '../kernel/text.js';
import { hidden } from '../platform/secrets.js';

type Printer = Pick<Console, 'log' | 'error' | 'warn' | 'info'>;

/**
 * Makes everything that a command prints safe for the terminal: a name, reason or id of an older log that was not
 * checked, or of a file that is being refused, cannot clear the screen or overwrite a line. Passwords and keys are
 * hidden, even if an error contains them.
 */
export function guardTerminal(printer: Printer = console): void {
  for (const way of ['log', 'error', 'warn', 'info'] as const) {
    const print = printer[way].bind(printer);
    printer[way] = (...values: unknown[]) => print(...values.map(shown));
  }
}

function shown(value: unknown): unknown {
  if (typeof value === 'string') return printable(hidden(value));
  return typeof value === 'object' && value !== null ? hidden(inspect(value)) : value;
}

/** Prints an unexpected error with its stack, and ends the process. */
export function endWith(error: unknown): never {
  console.error(error);
  process.exit(1);
}
