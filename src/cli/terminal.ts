import { inspect } from 'node:util';
import { printable } from '../kernel/text.js';
import { hidden } from '../platform/secrets.js';

type Printer = Pick<Console, 'log' | 'error' | 'warn' | 'info'>;

/**
 * Has whatever a command prints stand on the terminal as it is written: names, reasons and ids of a log that took them
 * before they were looked at, or of a file that is being refused, neither clear the screen nor write over a line. No
 * password or key is shown, whoever put it into an error.
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

/** Tells of an error that nobody expected, with its stack, and ends the process. */
export function endWith(error: unknown): never {
  console.error(error);
  process.exit(1);
}
