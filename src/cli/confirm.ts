import { createInterface } from 'node:readline/promises';
import { UserError } from '../kernel/errors.js';

/** The streams over which a person can be asked. */
export interface Terminal {
  input: NodeJS.ReadableStream & { isTTY?: boolean };
  output: NodeJS.WritableStream;
}

/** What a person has to confirm before it is done. */
export interface Question {
  /** The action, such as: add mine. */
  what: string;
  /** The consequences, shown before the question. */
  lines: Iterable<string>;
  /** Why a person has to confirm, for the error when nobody can be asked; undefined when nobody has to. */
  warning: string | undefined;
}

/**
 * Prints what would change and, if a person has to confirm it, asks.
 * @param options.json texts for people go to standard error, because standard output has the JSON.
 * @returns whether to go on.
 * @throws UserError when there is nobody to ask.
 */
export async function confirmed(
  { what, lines, warning }: Question,
  { yes = false, json = false }: { yes?: boolean; json?: boolean },
  terminal: Terminal = { input: process.stdin, output: process.stderr },
): Promise<boolean> {
  const say = json ? console.error : console.log;
  for (const line of lines) say(line);
  if (warning === undefined || yes) return true;
  if (!terminal.input.isTTY) throw new UserError(`Nothing was changed: ${warning}`, 'Give --yes to do it anyway.');
  const asking = createInterface(terminal);
  try {
    const answer = await asking.question(`Go on and ${what}? [y/N] `);
    if (/^y(es)?$/i.test(answer.trim())) return true;
    say('Nothing was changed.');
    return false;
  } finally {
    asking.close();
  }
}
