import type { ImportSummary } from './import-rows.js';

/** The outcome of rows, as HTTP and the command line report it to programs. */
export function summaryAnswer({ remarks, reportedEarlier, zoneAssumed, errorsLeftOut, ...summary }: ImportSummary) {
  const { rows, accepted, new: known, superseded, held, rejected, zone, errors } = summary;
  return {
    ...{ rows, accepted, new: known, superseded, reported_earlier: reportedEarlier, held, rejected },
    ...{ zone, zone_assumed: zoneAssumed, errors, errors_left_out: errorsLeftOut },
    warnings: remarks.map(({ lines: first, ...each }) => ({ ...each, first })),
  };
}
