import { createInterface } from 'node:readline/promises';
import { UserError } from '../kernel/errors.js';

/** Where somebody may be asked. */
export interface Terminal {
  input: NodeJS.ReadableStream & { isTTY?: boolean };
  output: NodeJS.WritableStream;
}

/** What is asked before something is done. */
export interface Question {
  /** As in: add mine. */
  what: string;
  /** What would come of it, which goes before the question. */
  lines: Iterable<string>;
  /** Why somebody has to agree, to whoever cannot be asked; undefined where nobody has to. */
  warning: string | undefined;
}

/**
 * Says what would change and, where somebody has to agree, asks.
 * @param options.json beside JSON, what is said to people goes to the other output.
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
  if (!terminal.input.isTTY) throw new UserError(`Nothing was changed: ${warning}`, 'Give --yes when that is meant.');
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
