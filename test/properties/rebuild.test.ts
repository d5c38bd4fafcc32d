import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { presence } from '../../projections/presence.js';
import { packedDiaries } from '../../src/contact-graph/diary-writer.js';
import { personOfDiary, staysIn } from '../../src/contact-graph/diary.js';
import { asNumbers, clip, seatOf, visitsIn } from '../../src/contact-graph/packed.js';
import { DIARIES, SLOTS } from '../../src/contact-graph/checkpoints.js';
import { Gathered } from '../../src/contact-graph/replay.js';
import { packedSlots } from '../../src/contact-graph/slot-writer.js';
import { SlotSpill } from '../../src/contact-graph/slot-spill.js';
import { history, worldAfter } from '../oracle/facts.js';
import type { DomainEvent } from '../support/events.js';
import { recorded } from '../support/graph.js';
import { runs, seeded } from '../support/sizes.js';

/** Numbers ids in the order in which they come, from 1 on. */
class Numbers {
  readonly #numbers = new Map<string, number>();

  of(id: string): number {
    const known = this.#numbers.get(id);
    if (known !== undefined) return known;
    this.#numbers.set(id, this.#numbers.size + 1);
    return this.#numbers.size;
  }
}

/** What a rebuild writes: stays by day, in the diaries and in the slots. */
async function rebuilt(events: ReturnType<typeof recorded>, people: Numbers, places: Numbers, portion: number) {
  const gathered = new Gathered({
    person: (id) => people.of(id),
    place: (id) => ({ number: places.of(id), ownStay: null, kind: '' }),
  });
  for (const event of events) if (presence.events.includes(event)) gathered.add(presence.step(event), event.id);
  await gathered.settle();
  const records = new SlotSpill();
  const diaries = new Map<number, string[]>();
  const slots = new Map<number, string[]>();
  for await (const { changes } of gathered.changes(portion)) {
    for (const writer of DIARIES.keys()) {
      for (const [key, packed] of packedDiaries(changes.diaries(writer))) {
        expect(diaries.has(key)).toBe(false);
        diaries.set(
          key,
          staysIn(key, packed).map((stay) => `${personOfDiary(key)} ${stay.key} ${stay.from} ${stay.to} ${stay.open}`),
        );
      }
    }
    for (const writer of SLOTS.keys()) for (const slot of packedSlots(changes.slots(writer))) records.add(slot);
  }
  for await (const { rows } of records.slots(portion)) {
    for (const { key, packed, seated } of rows) {
      expect(slots.has(key)).toBe(false);
      const seats = new Map(seated.map((each) => [seatOf(each), each.row]));
      slots.set(
        key,
        visitsIn(key, asNumbers(packed)).map(
          (visit) =>
            `${visit.person} ${key} ${visit.from} ${visit.to} ${visit.imputed} ${seats.get(seatOf(visit)) ?? null}`,
        ),
      );
    }
  }
  await Promise.all([gathered.close(), records.close()]);
  return { diaries: [...diaries.values()].flat().sort(), slots: [...slots.values()].flat().sort() };
}

describe('A rebuild of visits', () => {
  it('writes each diary and each slot once, with the stays that the oracle finds in the history', async () => {
    const portions = fc.integer({ min: 1, max: 60 });
    const copies = fc.array(fc.record({ of: fc.nat(), at: fc.nat() }), { maxLength: 6 });
    let moved = 0;
    await fc.assert(
      fc.asyncProperty(history, copies, portions, async (said, copied, portion) => {
        const events = recorded(
          said.filter((event) => presence.events.includes(event)),
          0,
        );
        const [people, places] = [new Numbers(), new Numbers()];
        const expected = worldAfter(events as DomainEvent[]).stays.flatMap(
          ({ person, place, from, to, imputed, row }) =>
            clip(places.of(place), from, to).map((day) => ({
              stay: `${people.of(person)} ${day.key} ${day.from} ${day.to} ${imputed}`,
              row: row ?? null,
            })),
        );
        // A log may have an event again, anywhere after it.
        const visits = events.filter(({ data }) => 'visitId' in data);
        const withCopies = [...events];
        for (const { of, at } of copied) {
          const event = visits[of % visits.length];
          if (!event) continue;
          const first = withCopies.indexOf(event);
          withCopies.splice(first + 1 + (at % (withCopies.length - first)), 0, { ...event });
        }
        expect(await rebuilt(withCopies, people, places, portion)).toEqual({
          diaries: expected.map(({ stay }) => stay).sort(),
          slots: expected.map(({ stay, row }) => `${stay} ${row}`).sort(),
        });
        if (expected.length > 0) moved++;
      }),
      seeded(runs(100)),
    );
    expect(moved).toBeGreaterThan(runs(90));
  });
});
