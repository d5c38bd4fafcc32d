/** What is wrong with one field of a row, said so that whoever made the row can correct it. */
export interface Complaint {
  /** The column or field, empty when it concerns the whole row. */
  column: string;
  /** Follows the column's name in a sentence: "is missing". */
  reason: string;
  fix: string;
}

/** A row that cannot be taken as it is; nothing of it was stored. */
export class RowRefused extends Error {
  constructor(readonly complaints: readonly Complaint[]) {
    super(complaints.map(sentence).join('; '));
    this.name = 'RowRefused';
  }
}

export function sentence({ column, reason }: Complaint): string {
  return column === '' ? reason : `${column} ${reason}`;
}

/** The name of the list that was most likely meant: one close enough in spelling, if any. */
export function guess(given: string, known: readonly string[]): string | undefined {
  const plain = given
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_');
  let best: string | undefined;
  let least = Math.max(2, Math.floor(plain.length / 2)) + 1;
  for (const name of known) {
    const distance = editDistance(plain, name);
    if (distance < least) [best, least] = [name, distance];
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}
