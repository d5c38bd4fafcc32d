import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { load } from '../../src/event-log/handle.js';
import { MasterKey } from '../../src/event-log/master-key.js';
import { Sealing } from '../../src/event-log/sealing.js';
import { personDecider } from '../../src/people/person.js';
import { personStream } from '../../src/people/events.js';
import { Contexts, type Means } from '../../src/requests/context.js';
import { importText } from '../support/ingest.js';
import { MemoryEventStore } from '../support/memory-event-store.js';
import { assertWithSeeds } from '../support/seeds.js';
import { seeded } from '../support/sizes.js';

const PEOPLE = ['p1', 'p2', 'p3'];
const UNREADABLE = 'call his mother';

const row = fc.record({
  person: fc.constantFrom(...PEOPLE),
  name: fc.constantFrom('', 'An', 'Nguyễn Văn Bình'),
  phone: fc.constantFrom('', '+84912345678', '+84987654321', UNREADABLE),
  language: fc.constantFrom('vi', 'en'),
  household: fc.constantFrom('', 'h1'),
});
type Row = typeof row extends fc.Arbitrary<infer R> ? R : never;

const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('rows' as const), rows: fc.array(row, { maxLength: 5 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('isolation' as const), person: fc.constantFrom(...PEOPLE) }) },
  // An import was killed between the key and the person.
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('key' as const), person: fc.constantFrom(...PEOPLE) }) },
);

/** What is known of a person, by the plainest rule: a row replaces everything, except by a phone that cannot be read. */
class Register {
  readonly known = new Map<string, Omit<Row, 'person'>>();

  /** Whether the row says anything new. */
  take({ person, ...row }: Row): boolean {
    const before = this.known.get(person);
    const after = { ...row, phone: row.phone === UNREADABLE ? (before?.phone ?? '') : row.phone };
    this.known.set(person, after);
    return JSON.stringify(before) !== JSON.stringify(after);
  }
}

describe('A register of people', () => {
  it('that is imported in any pieces, by any processes, is what its last rows say', async () => {
    const master = new MasterKey(Buffer.alloc(32, 5));
    const history = fc.array(fc.record({ step, restarts: fc.boolean() }), { maxLength: 8 });
    await assertWithSeeds(
      fc.asyncProperty(history, async (steps) => {
        const store = new MemoryEventStore();
        const process = (): Means => new Contexts({ store, master, sealing: new Sealing(store, master), zone: 'UTC' });
        const register = new Register();
        let means = process();
        for (const { step: each, restarts } of steps) {
          if (restarts) means = process();
          if (each.kind === 'key') {
            await means.base.sealing.createKey(each.person, { source: 'test' });
          } else if (each.kind === 'isolation') {
            await importText(means, 'isolations', `person_id,started_at\n${each.person},2021-08-01T00:00:00Z\n`);
          } else {
            const lines = each.rows.map(({ person, name, phone, language, household }) =>
              [person, name, phone, language, household].join(','),
            );
            const said = each.rows.map((given) => ({ isNew: register.take(given), ...given }));
            const accepted = said.filter(({ phone }) => phone !== UNREADABLE);
            const text = ['person_id,name,phone,language,household_id', ...lines].join('\n');
            expect(await importText(means, 'people', text)).toMatchObject({
              accepted: accepted.length,
              new: accepted.filter(({ isNew }) => isNew).length,
            });
          }
        }
        const { sealing } = process().base;
        for (const person of PEOPLE) {
          const { registered } = (await load(store, personDecider, personStream(person))).state;
          const read = registered && {
            name: registered.name ? await sealing.open(person, 'name', registered.name) : '',
            phone: registered.phone ? await sealing.open(person, 'phone', registered.phone) : '',
            language: registered.language,
            household: registered.householdId ?? '',
          };
          expect(read ?? undefined).toEqual(register.known.get(person));
        }
      }),
      seeded(60),
    );
  });
});
