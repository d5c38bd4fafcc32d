/** Shows which id of the person counts, if the question named another record. */
export function* recordsLine(person: string, records: readonly string[]): Generator<string> {
  if (records.length > 0) yield `${person} is the same person as ${records.join(', ')}; the id ${person} is used.`;
}
