import { UserError } from '../kernel/errors.js';
import { RowRefused, sentence } from '../requests/refusal.js';

/**
 * Runs the work, and turns a refusal of a field into an error that names its command-line option.
 * @param flags the options by field, where their names differ.
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
