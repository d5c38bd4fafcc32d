import type { Field } from '../kernel/fields.js';
import type { Context } from '../requests/context.js';
import type { Request } from '../requests/define.js';

/** How answers are printed. */
export interface OutputOptions {
  zone: string;
  /** A notice for when messages reach nobody; undefined when they reach people. */
  nobodyGetsThem?(): string | undefined;
}

/** Opens what a request needs, and closes it after use. */
export type WithContext = (
  request: Pick<Request, 'name' | 'needs'>,
  use: (context: Context, output: OutputOptions) => Promise<void>,
) => Promise<void>;

/** The command-line options of a field, without dashes. */
export function flagsOf(name: string, { flags }: Field): readonly string[] {
  return flags ?? [name.replaceAll('_', '-')];
}
