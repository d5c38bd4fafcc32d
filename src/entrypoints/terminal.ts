import { printable } from '../domain/text.js';

type Printer = Pick<Console, 'log' | 'error' | 'warn' | 'info'>;

/**
 * Has whatever a command prints stand on the terminal as it is written: names, reasons and ids of a log that took them
 * before they were looked at, or of a file that is being refused, neither clear the screen nor write over a line.
 */
export function guardTerminal(printer: Printer = console): void {
  for (const way of ['log', 'error', 'warn', 'info'] as const) {
    const print = printer[way].bind(printer);
    printer[way] = (...values: unknown[]) =>
      print(...values.map((value) => (typeof value === 'string' ? printable(value) : value)));
  }
}
