/** One line of the bench's table. */
export interface Row {
  group: 'log' | 'intake' | 'graph load' | 'end to end' | 'trace' | 'retrace' | 'questions' | 'alerts';
  name: string;
  /** One figure, or several in the order p50, p95, max. */
  figures: number[];
  unit: string;
  /** What the figure is compared with: its floor, a real server, the number of contacts. */
  beside?: string;
  target?: { wanted: string; met: boolean };
}

/** Whole numbers from 100 on, three significant digits below. */
export function shown(figure: number): string {
  return figure >= 100 ? Math.round(figure).toLocaleString('en') : String(Number(figure.toPrecision(3)));
}

export function table(rows: readonly Row[]): string {
  const header = ['measure', 'figure', 'unit', 'beside', 'target'];
  const lines = rows.map(({ name, figures, unit, beside, target }) => [
    name,
    figures.map(shown).join(' / '),
    unit,
    beside ?? '',
    target ? `${target.wanted}: ${target.met ? 'met' : 'MISSED'}` : '',
  ]);
  const widths = header.map((title, i) => Math.max(title.length, ...lines.map((line) => (line[i] ?? '').length)));
  const format = (cells: string[]) =>
    cells
      .map((cell, i) => (i === 1 ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  return [format(header), widths.map((width) => '-'.repeat(width)).join('  '), ...lines.map(format)].join('\n');
}

/** By the nearest-rank method: the value that this share of all values does not exceed. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? NaN;
}

export const spread = (values: readonly number[]): [number, number, number] => [
  percentile(values, 0.5),
  percentile(values, 0.95),
  percentile(values, 1),
];
