/** Tells somebody who asked by another record which id of the person counts. */
export function* recordsLine(person: string, records: readonly string[]): Generator<string> {
  if (records.length > 0) yield `${person} is the same person as ${records.join(', ')}; the id ${person} is used.`;
}
