import type { BenchRow } from './log.js';
import { shown, type Row } from './rows.js';

/** What a real EventStoreDB reached with the same client on another machine: for orientation, not measured here. */
const REAL_SERVER: Record<string, { rate: number; factor: number }> = {
  'log: appends, 1 in flight': { rate: 946, factor: 1.5 },
  'log: appends, 50 in flight': { rate: 6_100, factor: 1.5 },
  'log: appends, 500 in flight': { rate: 9_600, factor: 1.5 },
  'log: appends of 500 events': { rate: 37_000, factor: 1.5 },
  'log: $all filtered by type': { rate: 41_000, factor: 1.2 },
};

/** Compares the log's figures with their floors and with a real server. */
export function logRows(measured: readonly BenchRow[]): Row[] {
  return measured.map(({ name, value, unit, floor, floorName }) => {
    const beside: string[] = [];
    if (floor !== undefined) beside.push(`${floorName}: ${shown(floor)} (${percent(value / floor)})`);
    const real = REAL_SERVER[name];
    const row: Row = { group: 'log', name, figures: [value], unit };
    if (real) {
      beside.push(`real server: ${shown(real.rate)} (x ${(value / real.rate).toFixed(2)})`);
      row.target = { wanted: `${real.factor} x real`, met: value >= real.factor * real.rate };
    }
    if (beside.length > 0) row.beside = beside.join('; ');
    return row;
  });
}

const percent = (part: number) => `${Math.round(part * 100)}%`;
