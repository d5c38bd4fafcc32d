/** Whoever asked by another record hears under which id its person goes. */
export function* recordsLine(person: string, records: readonly string[]): Generator<string> {
  if (records.length > 0) yield `${person} is one person with ${records.join(', ')}, and goes by ${person}.`;
}
