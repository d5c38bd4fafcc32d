import { UserError } from '../kernel/errors.js';
import type { Field } from '../kernel/fields.js';
import type { Request } from '../requests/define.js';
import { perform } from '../requests/perform.js';
import { flagsOf, type WithContext } from './flags.js';
import { asOptions } from './options.js';

const camel = (flag: string): string => flag.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

/** Runs a request for the command line and prints its answer, in words or as the JSON that HTTP answers with. */
export async function runRequest(
  request: Request,
  values: Record<string, unknown>,
  options: Record<string, unknown>,
  json: boolean,
  withContext: WithContext,
): Promise<void> {
  const given: Record<string, unknown> = { ...values };
  const names: Record<string, string> = {};
  for (const name of Object.keys(values)) names[name] = `<${name}>`;
  for (const [name, field] of Object.entries(request.fields)) {
    if (name in values) continue;
    const flags = flagsOf(name, field);
    names[name] = `--${flags[0]}`;
    const said = flags.flatMap((flag) => (options[camel(flag)] === undefined ? [] : [options[camel(flag)]]));
    if (said.some((value) => value !== said[0])) {
      throw new UserError(
        `${flags.map((flag) => `--${flag}`).join(' and ')} are names of one thing.`,
        'Give one of them.',
      );
    }
    if (said[0] !== undefined) given[name] = valueOf(field, said[0]);
  }
  await withContext(request, async (context, zone) => {
    const { answer, given: read } = await asOptions(() => perform(request, context, given), names);
    if (json) return console.log(JSON.stringify(answer));
    for (const line of request.cli.told(answer, read, zone)) console.log(line);
  });
}

/** Of what was typed, the value that the field takes; what is none of it stays as it is, and is refused. */
function valueOf({ kind, clearable }: Field, typed: unknown): unknown {
  if (clearable && typed === 'none') return null;
  if (kind === 'minutes' && typeof typed === 'string' && /^\d+$/.test(typed)) return Number(typed);
  if (kind === 'flag' && (typed === 'yes' || typed === 'no')) return typed === 'yes';
  return typed;
}
