import type { Field } from '../kernel/fields.js';
import type { Context } from '../requests/context.js';
import type { Request } from '../requests/define.js';

/** How answers are told here. */
export interface OutputOptions {
  zone: string;
  /** What is to be said where messages reach nobody; undefined where they do. */
  nobodyGetsThem?(): string | undefined;
}

/** Opens what a request needs, and closes it after it was used. */
export type WithContext = (
  request: Pick<Request, 'name' | 'needs'>,
  use: (context: Context, telling: OutputOptions) => Promise<void>,
) => Promise<void>;

/** The options by which a field is given, without their dashes. */
export function flagsOf(name: string, { flags }: Field): readonly string[] {
  return flags ?? [name.replaceAll('_', '-')];
}
