import { describe, expect, it } from '@jest/globals';
import type { Driver } from 'neo4j-driver';
import { MEETINGS_SHOWN, neighbourhood, SOURCES_SHOWN } from '../../projections/neighbourhood.js';
import type { Contact, Meeting } from '../../src/cases/events.js';
import { wipe } from '../../src/contact-graph/maintenance.js';
import { standsAlone } from '../../src/contact-graph/portions.js';
import { MIDNIGHT } from '../oracle/worlds.js';
import { confirmed } from '../support/builders/cases.js';
import type { DomainEvent } from '../support/events.js';
import { openWriter, textOf } from '../support/graph.js';
import { AN, checkedIn, traced } from '../support/projection-events.js';
import { projectionSpec, storeWith } from '../support/projection-spec.js';

const at = (minutes: number) => MIDNIGHT + minutes * 60;

/** Times are minutes after midnight, as everywhere below. */
function meeting(placeId: string | null, from: number, to: number, says: Partial<Meeting> = {}): Meeting {
  return { placeId, from: textOf(from), to: textOf(to), imputed: false, lingering: false, ...says };
}

function contact(personId: string, says: Partial<Contact>): Contact {
  return {
    ...{ personId, degree: 1, firstExposureAt: textOf(0), lastExposureAt: textOf(30), minutes: 30 },
    ...{ meetings: [], via: [], shared: [], ...says },
  };
}

/** A contact of degree 2, or more, through these people. */
const through = (personId: string, via: string[], degree = 2) => contact(personId, { degree, via });

/** A completed trace of An, each list of contacts in an event of its own. */
function trace(traceId: string, parts: readonly (readonly Contact[])[], gone: string[] = []): DomainEvent[] {
  const { caseId } = AN;
  const completed = traced([], traceId).find(({ type }) => type === 'TraceCompleted');
  if (completed?.type !== 'TraceCompleted') throw new Error('no trace is completed');
  return [
    ...parts.map((found, index): DomainEvent => ({
      type: 'ContactsTraced',
      data: { caseId, traceId, index, found: [...found], gone: index === 0 ? gone : [], factors: [], factorsGone: [] },
    })),
    { ...completed, data: { ...completed.data, chunks: parts.length } },
  ];
}

/** An and the others exist, since they were at these places. */
const opened = (...people: readonly string[]): DomainEvent[] => [
  ...['An', ...people].flatMap((person) => [checkedIn(person, 'cafe', 0, 60), checkedIn(person, 'park', 100, 160)]),
  confirmed(AN.caseId, 'An', { collectedAt: textOf(0) }),
];

const MET = `MATCH (a:Person)-[m:MET]->(b:Person)
  RETURN a.id AS a, b.id AS b, m.degree AS degree, m.at AS at, m.from AS from, m.to AS to, m.minutes AS minutes
  ORDER BY b, from, a`;
const VISITED = `MATCH (p:Person)-[v:VISITED]->(place:Place)
  RETURN p.id AS person, place.id AS place, v.from AS from, v.to AS to, v.caseId AS caseId ORDER BY person, from`;

/** What people see of cases and their contacts in Neo4j's own tools. */
export function neighbourhoodRows(driverOf: () => Driver): void {
  const projection = projectionSpec(driverOf);
  const { caseId } = AN;

  describe('The neighbourhood of a case', () => {
    const history = [
      ...opened('Binh', 'Chi', 'Dung', 'Em', 'Giang'),
      ...trace('trace-1', [
        [
          contact('Binh', { meetings: [meeting('cafe', 0, 40), meeting(null, 90, 95)] }),
          contact('Chi', { meetings: [meeting('park', 100, 150)] }),
          contact('Giang', { shared: ['household'], lastExposureAt: null, minutes: 1_440 }),
        ],
        [through('Dung', ['Binh', 'Chi']), through('Em', ['Dung'], 3)],
      ]),
      // Binh was there for less time, Chi was not, and so Dung is a contact through Binh alone.
      ...trace(
        'trace-2',
        [[contact('Binh', { meetings: [meeting('cafe', 10, 40), meeting(null, 90, 95)] }), through('Dung', ['Binh'])]],
        ['Chi'],
      ),
    ];

    projection(neighbourhood, 'has who met whom, by the last completed trace')
      .given(...history)
      .then(MET, [
        { a: 'An', b: 'Binh', degree: 1, at: 'cafe', from: at(10), to: at(40), minutes: 30 },
        { a: 'An', b: 'Binh', degree: 1, at: null, from: at(90), to: at(95), minutes: 5 },
        { a: 'Binh', b: 'Dung', degree: 2, at: null, from: at(0), to: at(30), minutes: 30 },
        { a: 'Dung', b: 'Em', degree: 3, at: null, from: at(0), to: at(30), minutes: 30 },
        { a: 'An', b: 'Giang', degree: 1, at: null, from: at(0), to: null, minutes: 1_440 },
      ]);

    projection(neighbourhood, 'has where the case and its contacts were when they met, by the last completed trace')
      .given(...history)
      .then(VISITED, [
        { person: 'An', place: 'cafe', from: at(10), to: at(40), caseId },
        { person: 'Binh', place: 'cafe', from: at(10), to: at(40), caseId },
      ]);

    projection(neighbourhood, 'loses where the case was with somebody who is a contact of a contact now')
      .given(
        ...opened('Binh', 'Chi'),
        ...trace('trace-1', [
          [
            contact('Binh', { meetings: [meeting('cafe', 0, 40)] }),
            contact('Chi', { meetings: [meeting('park', 100, 150)] }),
          ],
        ]),
        ...trace('trace-2', [[through('Chi', ['Binh'])]]),
      )
      .then(VISITED, [
        { person: 'An', place: 'cafe', from: at(0), to: at(40), caseId },
        { person: 'Binh', place: 'cafe', from: at(0), to: at(40), caseId },
      ]);

    projection(neighbourhood, 'has one visit of the case for meetings that overlap, and none for the air that it left')
      .given(
        ...opened('Binh', 'Chi', 'Dung', 'Em'),
        ...trace('trace-1', [
          [
            contact('Binh', { meetings: [meeting('cafe', 0, 20)], shared: ['group'] }),
            contact('Chi', { meetings: [meeting('cafe', 10, 40, { imputed: true })] }),
            contact('Dung', { meetings: [meeting('cafe', 50, 60)] }),
            contact('Em', { meetings: [meeting('cafe', 60, 80, { lingering: true })] }),
          ],
        ]),
      )
      .then(
        `CALL () {
           MATCH (:Person)-[m:MET]->(b:Person)
           RETURN b.id AS person, m.from AS from, m.to AS to, m.shared AS shared, m.imputed AS imputed, m.lingering AS lingering
           UNION ALL MATCH (p:Person {id: 'An'})-[v:VISITED]->(:Place)
           RETURN p.id AS person, v.from AS from, v.to AS to, null AS shared, null AS imputed, null AS lingering
         }
         RETURN person, from, to, shared, imputed, lingering ORDER BY person, from`,
        [
          { person: 'An', from: at(0), to: at(40), shared: null, imputed: null, lingering: null },
          { person: 'An', from: at(50), to: at(60), shared: null, imputed: null, lingering: null },
          { person: 'Binh', from: at(0), to: at(20), shared: ['group'], imputed: null, lingering: null },
          { person: 'Chi', from: at(10), to: at(40), shared: null, imputed: true, lingering: null },
          { person: 'Dung', from: at(50), to: at(60), shared: null, imputed: null, lingering: null },
          { person: 'Em', from: at(60), to: at(80), shared: null, imputed: null, lingering: true },
        ],
      );

    const shorter = Array.from({ length: MEETINGS_SHOWN }, (_, i) => meeting('cafe', i * 100, i * 100 + 10));
    const longer = Array.from({ length: MEETINGS_SHOWN - 1 }, (_, i) => meeting('park', i * 100 + 50, i * 100 + 70));
    const sources = Array.from({ length: SOURCES_SHOWN + 1 }, (_, i) => `source ${i}`);
    projection(
      neighbourhood,
      'has the longest meetings of a pair, and the first people through whom others are contacts',
    )
      .given(
        ...opened('Binh', 'Chi', ...sources),
        ...trace('trace-1', [
          [contact('Binh', { meetings: [...shorter, ...longer] })],
          // The contact has so many meetings that it goes on in another event.
          [contact('Binh', { meetings: [meeting('park', 9_000, 9_900)] }), through('Chi', sources)],
        ]),
      )
      .then(
        `MATCH (a:Person)-[m:MET]->(b:Person) WITH b.id AS person, m.at AS at, m.minutes AS minutes, count(*) AS number,
           min(a.id) AS first, max(a.id) AS last
         RETURN person, at, minutes, number, first, last ORDER BY person, minutes`,
        [
          { person: 'Binh', at: 'cafe', minutes: 10, number: 1, first: 'An', last: 'An' },
          { person: 'Binh', at: 'park', minutes: 20, number: MEETINGS_SHOWN - 1, first: 'An', last: 'An' },
          {
            ...{ person: 'Chi', at: null, minutes: null, number: SOURCES_SHOWN },
            ...{ first: 'source 0', last: `source ${SOURCES_SHOWN - 1}` },
          },
        ],
      );

    projection(neighbourhood, 'is empty once nobody is exposed to the case any more')
      .given(...history, ...trace('trace-3', [[]], ['Binh', 'Dung', 'Em', 'Giang']))
      .then('MATCH (p:Person)-[m:MET|VISITED]-() RETURN p.id AS person', []);

    it('is complete after a trace that is too large for one transaction, and so are the exposures', async () => {
      const crowd = Array.from({ length: 24 }, (_, i) => `person ${i}`);
      const store = await storeWith([
        ...opened('Binh', 'Chi', ...crowd),
        ...trace('trace-1', [[contact('Chi', { meetings: [meeting('cafe', 0, 40)] })]]),
        // What counts is how many events it has.
        ...trace(
          'trace-2',
          [
            [contact('Binh', { meetings: [meeting('cafe', 0, 40)] })],
            ...crowd.map((person) => [through(person, ['Binh'])]),
          ],
          ['Chi'],
        ),
      ]);
      const last = store.all.at(-1);
      if (last?.type !== 'TraceCompleted') throw new Error('no trace is completed');
      expect(standsAlone(last.data)).toBe(true);
      await wipe(driverOf());
      const writer = await openWriter(driverOf(), store);
      await writer.write({ events: store.all, position: last.position });
      await writer.settle();
      const { records } = await driverOf().executeQuery(
        `MATCH (p:Person)-[:EXPOSED]->(:Case) WITH count(p) AS exposed
         MATCH (:Person)-[m:MET]->(p:Person) RETURN exposed, count(m) AS met, 'Chi' IN collect(p.id) AS still`,
      );
      expect(records.map((record) => record.toObject())).toEqual([
        { exposed: crowd.length + 1, met: crowd.length + 1, still: false },
      ]);
    }, 120_000);
  });
}
