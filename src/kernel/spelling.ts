/**
 * The known name that was most likely meant, if one is close enough in spelling.
 * @param most letters that may differ; half of the letters (at least 2) when absent.
 */
export function guess(given: string, known: readonly string[], most?: number): string | undefined {
  const plain = written(given);
  let best: string | undefined;
  let least = (most ?? Math.max(2, Math.floor(plain.length / 2))) + 1;
  for (const name of known) {
    const distance = editDistance(plain, written(name));
    if (distance < least) [best, least] = [name, distance];
  }
  return best;
}

const written = (name: string): string =>
  name
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_');

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
