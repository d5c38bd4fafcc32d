import { flagsOf, type WithContext } from './flags.js';
import type { Command } from 'commander';
import type { Field, FieldKind } from '../kernel/fields.js';
import type { Request } from '../requests/define.js';
import { PAGE } from '../requests/question-fields.js';

/**
 * Registers the command of a request. The code that runs it is loaded only when it is called.
 * @param load loads the function that opens the services.
 */
export function registerRequest(program: Command, request: Request, load: () => Promise<WithContext>): void {
  if (!request.cli) return;
  const { words, group, csv, asks, isDefault = false, whole } = request.cli;
  const [named, args] = [words.split(' ').filter((word) => !word.startsWith('<')), argumentsIn(words)];
  const last = named.pop() as string;
  const parent = named.reduce((above, name) => commandIn(above, name, group), program);
  const command = parent.command(last, { isDefault }).description(request.says);
  for (const name of args) {
    const field = request.fields[name];
    const shown = isSeveral(field) ? `${name}...` : name;
    command.argument(field?.required ? `<${shown}>` : `[${shown}]`, field?.help);
  }
  for (const [name, field] of Object.entries(request.fields)) {
    if (args.includes(name) || (whole && (name in PAGE || name in whole))) continue;
    for (const flag of flagsOf(name, field)) {
      const shown = `--${flag}${field.kind === 'flag' && !field.clearable ? '' : ` <${valueOf(field)}>`}`;
      if (field.required) command.requiredOption(shown, helpOf(field));
      else command.option(shown, helpOf(field));
    }
  }
  if (csv !== undefined) command.option('--csv', csv);
  if (asks) command.option('--yes', asks.yes);
  command.option('--json', 'print JSON').action(async (...given: unknown[]) => {
    const { runRequest } = await import('./run-request.js');
    const values = Object.fromEntries(args.map((name, i) => [name, given[i]]));
    // A parent command may define --json too, and then it may receive the option.
    await runRequest(request, values, command.opts(), command.optsWithGlobals()['json'] === true, await load());
  });
}

export function argumentsIn(words: string): string[] {
  return [...words.matchAll(/<(\w+)>/g)].map(([, name]) => name as string);
}

function commandIn(above: Command, name: string, group: string | undefined): Command {
  return above.commands.find((command) => command.name() === name) ?? above.command(name).description(group ?? '');
}

function helpOf({ help, choices, clearable, otherwise }: Field): string {
  const among = choices === undefined ? help : `${help}: ${choices.join(', ')}`;
  const besides = otherwise === undefined ? among : `${among} (default: ${otherwise})`;
  return clearable ? `${besides}; "none" clears it` : besides;
}

const VALUES: Record<FieldKind, string> = {
  ...{
    id: 'id',
    line: 'text',
    'clear-line': 'text',
    choice: 'what',
    choices: 'what...',
    lines: 'text...',
    flag: 'yes|no|none',
    minutes: 'minutes',
  },
  ...{ 'id-as-typed': 'id', person: 'id', place: 'id', case: 'id', 'person-or-case': 'id', 'people-or-cases': 'ids' },
  ...{
    file: 'file',
    folder: 'folder',
    name: 'name',
    instant: 'time',
    day: 'day',
    count: 'number',
    days: 'days',
    cursor: 'cursor',
  },
};

/** Whether a field takes all the remaining arguments. */
const isSeveral = (field: Field | undefined): boolean => field?.kind === 'lines' || field?.kind === 'choices';

function valueOf({ kind, choices }: Field): string {
  return kind !== 'flag' && kind !== 'choices' && choices !== undefined ? VALUES.choice : VALUES[kind];
}
