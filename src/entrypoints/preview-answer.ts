import type { ImportSummary } from '../intake/import-rows.js';
import type { Preview } from '../investigation/preview.js';

type Read = Pick<ImportSummary, 'rows' | 'rejected' | 'errors'>;

/** What rows would lead to, as programs are told it by HTTP and on the command line. */
export type PreviewAnswer = Preview & Read;

/**
 * @param takeIn imports the rows into what is above the log.
 * @param compute computes what follows from the rows that are taken in.
 */
export async function previewAnswer<Above>(
  takeIn: (above: Above) => Promise<ImportSummary>,
  compute: (takeIn: (above: Above) => Promise<void>) => Promise<Preview>,
): Promise<PreviewAnswer> {
  let read: Read = { rows: 0, rejected: 0, errors: [] };
  const found = await compute(async (above) => {
    const { rows, rejected, errors } = await takeIn(above);
    read = { rows, rejected, errors };
  });
  return { ...found, ...read };
}
