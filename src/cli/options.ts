import { UserError } from '../kernel/errors.js';
import { RowRefused, sentence } from '../requests/refusal.js';

/**
 * What the work gives; where it refuses a field, the option by which that was given is named.
 * @param flags by field, where the option has another name.
 * @throws UserError
 */
export async function asOptions<T>(work: () => T | Promise<T>, flags: Record<string, string> = {}): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof RowRefused)) throw error;
    const flagged = error.complaints.map(({ column, ...each }) => ({
      ...each,
      column: flags[column] ?? `--${column.replaceAll('_', '-')}`,
    }));
    throw new UserError(flagged.map(sentence).join('\n'), flagged.map(({ fix }) => fix).join('\n'));
  }
}
