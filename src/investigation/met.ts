import type { AskedPerson, Nearness, SlotContents, TraceGraph } from '../contact-graph/ports.js';

/** A stretch in which two people were together; seconds. */
export interface Meeting {
  /** Key of the slot; undefined if phones measured the meeting. */
  key: number | undefined;
  begin: number;
  end: number;
}

/** The slots in which people were, and whom their phones met, by number. */
export interface Moved {
  slots: { key: number; slot: SlotContents }[];
  nearness: Map<number, Nearness[]>;
}

/** Reads each slot only once for one question. */
export class Reading {
  readonly #slots = new Map<number, SlotContents>();

  constructor(private readonly graph: TraceGraph) {}

  /** What people did, each after an instant of their own. */
  async movedOf(people: readonly AskedPerson[], before: number): Promise<Moved> {
    const found = await this.graph.movements(people, before);
    const keys = new Set<number>();
    for (const { stays } of found.values()) stays.keys.forEach((key) => keys.add(key));
    const missing = [...keys].filter((key) => !this.#slots.has(key));
    if (missing.length > 0) for (const [key, slot] of await this.graph.slots(missing)) this.#slots.set(key, slot);
    const slots = [...keys].flatMap((key) => {
      const slot = this.#slots.get(key);
      return slot ? [{ key, slot }] : [];
    });
    return { slots, nearness: new Map([...found].map(([number, { nearness }]) => [number, nearness])) };
  }
}

/** Finds everybody whom a person met in a window, with the meetings sorted by start. */
export async function meetingsOf(
  reading: Reading,
  person: number,
  after: number,
  before: number,
): Promise<Map<number, Meeting[]>> {
  const met = new Map<number, Meeting[]>();
  const add = (other: number, meeting: Meeting) => {
    if (other === person || meeting.end <= after || meeting.begin >= meeting.end) return;
    const known = met.get(other);
    if (known) known.push(meeting);
    else met.set(other, [meeting]);
  };
  const { slots, nearness } = await reading.movedOf([{ number: person, after }], before);
  for (const { key, slot } of slots) {
    const { persons, from, to } = slot;
    persons.forEach((own, i) => {
      if (own !== person) return;
      persons.forEach((other, j) => {
        const begin = Math.max(from[i] as number, from[j] as number);
        add(other, { key, begin, end: Math.min(to[i] as number, to[j] as number, before) });
      });
    });
  }
  for (const { other, from, to } of nearness.get(person) ?? []) {
    add(other, { key: undefined, begin: from, end: Math.min(to, before) });
  }
  for (const meetings of met.values()) meetings.sort((a, b) => a.begin - b.begin || a.end - b.end);
  return met;
}
