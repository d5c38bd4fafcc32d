import type { Field } from '../kernel/fields.js';
import type { Context } from '../requests/context.js';
import type { Request } from '../requests/define.js';

/** Opens what a request needs, and closes it after it was used. */
export type WithContext = (request: Request, use: (context: Context, zone: string) => Promise<void>) => Promise<void>;

/** The options by which a field is given, without their dashes. */
export function flagsOf(name: string, { flags }: Field): readonly string[] {
  return flags ?? [name.replaceAll('_', '-')];
}
