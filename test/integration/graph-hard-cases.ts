import { type DomainEvent, streams } from '../support/events.js';
import { describe, expect, it } from '@jest/globals';
import type { Driver } from 'neo4j-driver';
import { fixtureOf, ask } from '../support/asking.js';
import { wipe } from '../../src/contact-graph/maintenance.js';
import { formatInstant } from '../../src/kernel/instant.js';
import type { NewEvent } from '../../src/event-log/event-store.js';
import { idOf } from '../../src/kernel/ids.js';
import { alertIdOf } from '../../src/alerting/ids.js';
import { MIDNIGHT } from '../oracle/worlds.js';
import { visitFacts } from '../support/graph.js';
import { Pipeline } from '../support/pipeline.js';

import { contactList, limit } from '../support/sizes.js';
import { AlertingRig, MERGE_HOURS } from '../unit/alerting/rig.js';

/** Milliseconds for one test on a busy machine. */
const SLOWEST = limit(180_000);
/** Most bytes of an append, as JSON. */
const MOST_BYTES = 1_000_000;

const PHONE = '+84900000001';

/** Times are minutes after midnight. */
const stay = (personId: string, placeId: string, from: number, to: number): DomainEvent => ({
  type: 'CheckedIn',
  data: { ...visitFacts(personId, placeId, from, to), visitId: `${personId} at ${placeId}` },
});

/** For an hour, on the morning of a day in 2021. */
const met = (personA: string, personB: string, day: string): DomainEvent => ({
  type: 'ProximityObserved',
  data: {
    ...{ personA, personB, distanceMetres: 1 },
    ...{ startedAt: `2021-${day}T08:00:00Z`, endedAt: `2021-${day}T09:00:00Z` },
  },
});

function permutations<T>(all: readonly T[]): T[][] {
  if (all.length < 2) return [[...all]];
  return all.flatMap((each, i) => permutations(all.filter((_, j) => j !== i)).map((rest) => [each, ...rest]));
}

/** A crowd in which nearly everyone meets everyone, and halls in each of which one of them meets as many others. */
const HALLS = 30;
const IN_A_HALL = Math.ceil(contactList / 50);
const CROWD = 20 * IN_A_HALL;
const f1 = (i: number) => `f1-${String(i).padStart(5, '0')}`;
const f2 = (hall: number, i: number) => `f2-${hall}-${String(i).padStart(4, '0')}`;

interface Expected {
  person: string;
  degree: number;
  first: number;
  last: number;
  seconds: number;
  via: string[];
  shared: string[];
}

/** An in the crowd, everyone's visits, and the contacts that follow from the way they were generated. */
function stadium(): { events: DomainEvent[]; contacts: Expected[] } {
  const events = [stay('An', 'stadium', 0, 180)];
  const contacts: Expected[] = [];
  for (let i = 0; i < CROWD; i++) {
    const [from, to] = [i % 60, 100 + (i % 70)];
    events.push(stay(f1(i), 'stadium', from, to));
    const times = { first: MIDNIGHT + from * 60, last: MIDNIGHT + to * 60, seconds: (to - from) * 60 };
    contacts.push({ person: f1(i), degree: 1, ...times, via: [], shared: [] });
  }
  for (let hall = 0; hall < HALLS; hall++) {
    events.push(stay(f1(hall), `hall ${hall}`, 600, 700));
    for (let i = 0; i < IN_A_HALL; i++) {
      const from = 580 + (i % 40);
      events.push(stay(f2(hall, i), `hall ${hall}`, from, 640));
      const first = Math.max(600, from);
      const times = { first: MIDNIGHT + first * 60, last: MIDNIGHT + 640 * 60, seconds: (640 - first) * 60 };
      contacts.push({ person: f2(hall, i), degree: 2, ...times, via: [f1(hall)], shared: [] });
    }
  }
  return { events, contacts: contacts.sort((a, b) => (a.person < b.person ? -1 : 1)) };
}

const shown = (contacts: readonly Expected[]) => contacts.map(({ person, degree }) => ({ person, degree }));

/** Typical mistakes of tracing tools, tried on the real graph. */
export function hardCases(driverOf: () => Driver): void {
  const fresh = async () => {
    await wipe(driverOf());
    return new Pipeline(driverOf());
  };

  describe('Common mistakes:', () => {
    it(
      'a visit that was corrected, and whose first version is stored again by a server that no longer recognises it, stays corrected',
      async () => {
        const pipeline = await fresh();
        await pipeline.append([stay('Binh', 'cafe', 30, 60)]);
        const stream = streams.presence('An', formatInstant(MIDNIGHT));
        const said = (id: string, to: number): NewEvent => ({
          ...{ id: idOf('test', id), event: stay('An', 'cafe', 0, to), provenance: { source: 'test' } },
        });
        await pipeline.store.append(stream, [said('first', 60)], 'no-stream');
        await pipeline.store.append(stream, [said('corrected', 5)], 0);
        await pipeline.store.append(stream, [said('first', 60)], 1);
        await pipeline.confirm('An');
        await pipeline.settle();
        expect((await pipeline.contactsOf('An')).contacts).toEqual([]);
      },
      SLOWEST,
    );

    it(
      'a warning about two cases on one visit stays when one of them is withdrawn',
      async () => {
        const pipeline = await fresh();
        const alerting = new AlertingRig(pipeline.store);
        await alerting.register('Chi', PHONE);
        await pipeline.append([stay('An', 'cafe', 0, 60), stay('Binh', 'cafe', 70, 90), stay('Chi', 'cafe', 30, 120)]);
        await pipeline.confirm('An');
        await pipeline.settle();
        await alerting.drain();
        // However much later it is: the day that was named still holds, and a second message would say nothing new.
        alerting.now += (MERGE_HOURS + 1) * 3_600_000;
        await pipeline.confirm('Binh');
        await pipeline.settle();
        await alerting.drain();
        const ofAn = {
          person: 'Chi',
          degree: 1,
          first: MIDNIGHT + 30 * 60,
          last: MIDNIGHT + 60 * 60,
          seconds: 30 * 60,
          via: [],
          shared: [],
        };
        const ofBinh = {
          person: 'Chi',
          degree: 1,
          first: MIDNIGHT + 70 * 60,
          last: MIDNIGHT + 90 * 60,
          seconds: 20 * 60,
          via: [],
          shared: [],
        };
        expect((await pipeline.contactsOf('An')).contacts).toContainEqual(ofAn);
        expect((await pipeline.contactsOf('Binh')).contacts).toContainEqual(ofBinh);
        const told = alertIdOf('An', 'Chi', 0);
        expect(alerting.sentTo(PHONE).map(({ id }) => id)).toEqual([told]);

        await pipeline.retract('An');
        await pipeline.settle();
        await alerting.drain();
        expect((await pipeline.contactsOf('An')).contacts).toEqual([]);
        expect(await pipeline.exposedTo('An')).toEqual([]);
        expect((await pipeline.contactsOf('Binh')).contacts).toContainEqual(ofBinh);
        expect(await pipeline.exposedTo('Binh')).toContainEqual({ person: 'Chi', degree: 1 });
        const why = await ask(fixtureOf(driverOf(), pipeline.store), 'why', { person: 'Chi' });
        expect(why.items).toMatchObject([{ case: { id: 'Binh' }, degree: 1, minutes: 20 }]);
        expect(alerting.sentTo(PHONE).map(({ id }) => id)).toEqual([told]);
        expect(alerting.alerts('Chi', 'Binh').map(({ status }) => status)).toEqual(['covered']);

        await pipeline.retract('Binh');
        await pipeline.settle();
        await alerting.drain();
        expect(alerting.sentTo(PHONE).map(({ id }) => id)).toEqual([told, `${told}-withdrawal`]);
      },
      SLOWEST,
    );

    it(
      `a contact list of ${contactList}`,
      async () => {
        const pipeline = await fresh();
        const { events, contacts } = stadium();
        await pipeline.append(events);
        await pipeline.confirm('An');
        const before = pipeline.store.all.length;
        await pipeline.settle();
        const traced = pipeline.store.all.slice(before).filter(({ type }) => type === 'ContactsTraced');
        expect(traced.length).toBeGreaterThan(Math.floor(contactList / 10_000));
        for (const { data } of traced) expect(Buffer.byteLength(JSON.stringify(data))).toBeLessThan(MOST_BYTES);
        expect(differing((await pipeline.contactsOf('An')).contacts, contacts)).toEqual([]);
        expect(differing(await pipeline.exposedTo('An'), shown(contacts))).toEqual([]);

        const fixture = fixtureOf(driverOf(), pipeline.store);
        const paged: { person: unknown; degree: unknown }[] = [];
        let cursor: string | null = null;
        do {
          const given: Record<string, string> = {
            person: 'An',
            limit: `${Math.ceil(contactList / 8)}`,
            ...(cursor !== null && { cursor }),
          };
          const page = await ask(fixture, 'contacts', given);
          paged.push(...page.items.map(({ person, degree }) => ({ person, degree })));
          cursor = page.next;
        } while (cursor !== null && paged.length <= contacts.length);
        expect(paged).toHaveLength(contacts.length);
        expect(new Set(paged.map(({ person }) => person)).size).toBe(contacts.length);

        const released = f2(3, IN_A_HALL / 2);
        const known = pipeline.store.all.length;
        const visit = { personId: released, visitId: `${released} at hall 3` };
        await pipeline.append([{ type: 'VisitRetracted', data: visit }]);
        await pipeline.settle();
        const after = pipeline.store.all.slice(known).filter(({ stream }) => stream === streams.case('An').name);
        expect(after.map(({ type }) => type)).toEqual(['ContactsTraced', 'TraceCompleted']);
        expect(after[0]?.data).toMatchObject({ found: [], gone: [released] });
        const remaining = contacts.filter(({ person }) => person !== released);
        expect(differing(await pipeline.exposedTo('An'), shown(remaining))).toEqual([]);
      },
      2 * SLOWEST,
    );

    it.each(permutations([met('An', 'Binh', '01-01'), met('Binh', 'Chi', '01-02'), met('An', 'Chi', '06-01')]))(
      'A-B on 1 January, B-C on 2 January and A-C on 1 June are the same chains in whatever order they are entered',
      async (...meetings) => {
        const pipeline = await fresh();
        for (const meeting of meetings) {
          await pipeline.append([meeting]);
          await pipeline.settle();
        }
        expect(await chainsOf(pipeline, 'An', 'Chi')).toEqual([
          { received: '2021-01-02T08:00:00Z', to: ['Binh', 'Chi'] },
          { received: '2021-06-01T08:00:00Z', to: ['Chi'] },
        ]);
      },
      SLOWEST,
    );

    it(
      'A-B on 10 January and B-C on 1 January is not a chain from A to C',
      async () => {
        const pipeline = await fresh();
        await pipeline.append([met('An', 'Binh', '01-10'), met('Binh', 'Chi', '01-01')]);
        await pipeline.confirm('An', '2021-01-02T00:00:00Z');
        await pipeline.settle();
        expect(await chainsOf(pipeline, 'An', 'Chi')).toEqual([]);
        expect(await chainsOf(pipeline, 'Chi', 'An')).toEqual([
          { received: '2021-01-10T08:00:00Z', to: ['Binh', 'An'] },
        ]);
        // The window is open on both days, so only the order excludes Chi as an F2.
        expect(await pipeline.exposedTo('An')).toEqual([{ person: 'Binh', degree: 1 }]);
      },
      SLOWEST,
    );
  });

  async function chainsOf({ store }: Pipeline, from: string, to: string) {
    const year = { from_time: '2021-01-01T00:00:00Z', until_time: '2021-12-31T00:00:00Z' };
    const { chains } = await ask(fixtureOf(driverOf(), store), 'chains', { from, to, ...year });
    return (chains as { received: string; steps: { to: string }[] }[]).map(({ received, steps }) => ({
      received,
      to: steps.map((step) => step.to),
    }));
  }
}

/** The first few differences between lists, because the diff of long lists is unreadable. */
function differing(found: readonly object[], expected: readonly object[]): unknown[] {
  const text = (item: object | undefined) => JSON.stringify(Object.entries(item ?? {}).sort());
  const pairs = Array.from({ length: Math.max(found.length, expected.length) }, (_, i) => [found[i], expected[i]]);
  return pairs.filter(([one, other]) => text(one) !== text(other)).slice(0, 5);
}
