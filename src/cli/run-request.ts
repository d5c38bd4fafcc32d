import { readFile } from 'node:fs/promises';
import { NotRunning } from '@truyvet/local-services';
import { UserError } from '../kernel/errors.js';
import type { Field, Fields, Given } from '../kernel/fields.js';
import { fromText } from '../requests/from-text.js';
import { knownIds } from '../requests/known-ids.js';
import type { Context } from '../requests/context.js';
import type { Request } from '../requests/define.js';
import type { Performed } from '../requests/perform.js';
import { readGiven } from '../requests/schema.js';
import { confirmed } from './confirm.js';
import { flagsOf, type OutputOptions, type WithContext } from './flags.js';
import { forPeople } from './for-people.js';
import { asOptions } from './options.js';
import { performCommand } from './perform-command.js';
import { printAll } from './print-all.js';

const camel = (flag: string): string => flag.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

/** Runs a request for the command line and prints its answer, as text or as the JSON that HTTP returns. */
export async function runRequest(
  request: Request,
  values: Record<string, unknown>,
  options: Record<string, unknown>,
  json: boolean,
  withContext: WithContext,
): Promise<void> {
  const { given, names } = await typed(request, values, options);
  const { cli } = request;
  // Checks the input before services are needed. Times are read again in the right zone once the zone is known.
  const read = await asOptions(() => readGiven(request.fields, given, 'UTC'), names);
  const run = async (context: Context, output: OutputOptions) => {
    const ask = (more: object = {}) => asOptions(() => performCommand(request, context, { ...given, ...more }), names);
    if (options['csv']) return printAll(await request.answer(), async (page) => (await ask(page)).answer, given);
    if (cli?.asks) {
      const { answer } = await ask(cli.asks.dry);
      const only = Object.keys(cli.asks.dry).some((name) => given[name] === true);
      if (only && json) return print(answer, cli.indented);
      const question = { what: cli.asks.what(answer), lines: cli.asks.lines(answer), warning: undefined };
      const warning = only ? undefined : cli.asks.warning(answer);
      if (!(await confirmed({ ...question, warning }, { yes: options['yes'] === true, json })) || only) return;
    }
    const performed = await ask();
    if (json) print(performed.answer, cli?.indented);
    else for (const line of await linesOf(request, performed, context, output)) console.log(line);
    const notice = cli?.ofMessages ? output.nobodyGetsThem?.() : undefined;
    // The JSON for programs must contain nothing else.
    if (notice !== undefined) (json ? console.error : console.log)(notice);
    const end = cli?.ends?.(performed.answer);
    if (end instanceof UserError) throw end;
    if (end !== undefined) process.exitCode = end;
  };
  try {
    await withContext(request, run);
  } catch (error) {
    if (!(error instanceof NotRunning) || !(await printedWithoutLog(request, read, json))) throw error;
  }
}

function print(answer: unknown, indented = false): void {
  console.log(JSON.stringify(answer, undefined, indented ? 2 : undefined));
}

/** Prints an answer that needs no log, if there is one. @returns whether there was one. */
async function printedWithoutLog({ cli }: Request, given: Given<Fields>, json: boolean): Promise<boolean> {
  const found = await cli?.withoutLog?.(given);
  if (!cli || !found) return false;
  if (found.lacks !== undefined) console.error(`The event log is not running: ${found.lacks}`);
  if (json) print(found.answer, cli.indented);
  else for (const line of cli.told(found.answer, given, 'UTC', true)) console.log(line);
  return true;
}

/** The typed values by field, and the name of each field on the command line. */
async function typed(request: Request, values: Record<string, unknown>, options: Record<string, unknown>) {
  const given: Record<string, unknown> = {};
  const names: Record<string, string> = {};
  for (const [name, field] of Object.entries(request.fields)) {
    if (name in values) {
      names[name] = `<${name}>`;
      given[name] = field.kind === 'file' ? await fileAt(String(values[name])) : values[name];
      continue;
    }
    const flags = flagsOf(name, field);
    names[name] = `--${flags[0]}`;
    const typedValues = flags.flatMap((flag) => (options[camel(flag)] === undefined ? [] : [options[camel(flag)]]));
    if (typedValues.some((value) => value !== typedValues[0])) {
      throw new UserError(
        `${flags.map((flag) => `--${flag}`).join(' and ')} name the same thing.`,
        'Give only one of them.',
      );
    }
    if (typedValues[0] !== undefined) given[name] = valueOf(field, typedValues[0]);
  }
  return { given, names };
}

async function linesOf(
  { cli }: Request,
  { answer, given }: Performed,
  context: Context,
  { zone, nobodyGetsThem }: OutputOptions,
): Promise<Iterable<string>> {
  if (!cli) return [];
  const shown = cli.shortened ? await forPeople(answer, context.of(knownIds), zone) : answer;
  return cli.told(shown, given, zone, !cli.ofMessages || nobodyGetsThem?.() === undefined);
}

/** Converts a typed text into a value of the field. An invalid text stays unchanged and is refused later. */
function valueOf(field: Field, given: unknown): unknown {
  if (field.clearable && given === 'none') return null;
  if (field.kind === 'flag' && (given === 'yes' || given === 'no')) return given === 'yes';
  return fromText(field, given);
}

async function fileAt(name: string): Promise<{ name: string; text: string }> {
  try {
    return { name, text: await readFile(name, 'utf8') };
  } catch (error) {
    throw new UserError(`${name} cannot be read: ${(error as Error).message}`, 'Check the path.');
  }
}
