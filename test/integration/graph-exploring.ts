import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import neo4j, { type Driver, type Path, type Plan } from 'neo4j-driver';
import { formatInstant } from '../../src/kernel/instant.js';
import { MIDNIGHT } from '../oracle/worlds.js';
import { registered } from '../support/builders/people.js';
import type { DomainEvent } from '../support/events.js';
import { placeFacts, textOf } from '../support/graph.js';
import { DAY, DECISION_5053, near, stay, tellStory, type Story } from '../support/question-story.js';

const PAGE = readFileSync('docs/exploring-in-neo4j.md', 'utf8');
/** The ten queries of the page by their headings. */
const QUERIES = new Map(
  PAGE.split(/^### \d+\. /m)
    .slice(1)
    .map((section) => [section.slice(0, section.indexOf('\n')), queryIn(section)]),
);
/** The query that shows which names are in use. */
const NAMES = queryIn(PAGE);

const livesIn = (personId: string, householdId: string) => registered(personId, { householdId });
const alerted = (personId: string, degree: number): DomainEvent => ({
  type: 'AlertRequested',
  data: { alertId: `alert of ${personId}`, caseId: 'case of An', personId, disease: 'covid-19', degree, sequence: 0 },
});

/**
 * An met Binh and Em at the cafe, Giang by phone, and Huong, with whom An lives. Binh met Chi at the market. Both fell
 * ill; before they met, Binh had been in a shop with Phuc. Em met Dung and Minh, who fell ill, at the gym. Long, a case,
 * only met Khoa.
 */
const STORY: Story = {
  profile: DECISION_5053,
  events: [
    { type: 'PlaceRegistered', data: { ...placeFacts('cafe'), name: 'The blue cafe', defaultStayMinutes: null } },
    livesIn('An', 'blue house'),
    livesIn('Huong', 'blue house'),
    stay('An', 'cafe', -DAY, -DAY + 60),
    stay('Binh', 'cafe', -DAY + 20, -DAY + 80),
    stay('Em', 'cafe', -DAY + 30, -DAY + 50),
    stay('An', 'home of An', -600, -100),
    stay('Huong', 'home of An', -500, -100),
    near('An', 'Giang', -DAY + 300),
    stay('Binh', 'market', -700, -600),
    stay('Chi', 'market', -650, -500),
    stay('Em', 'gym', 2 * DAY + 10, 2 * DAY + 40),
    stay('Minh', 'gym', 2 * DAY, 2 * DAY + 60),
    stay('Dung', 'gym', 2 * DAY + 20, 2 * DAY + 50),
    stay('Binh', 'shop', -DAY, -DAY + 15),
    stay('Phuc', 'shop', -DAY, -DAY + 15),
    stay('Khoa', 'pool', 0, 60),
    stay('Long', 'pool', 0, 60),
  ],
  cases: [
    ['An', 0],
    ['Binh', 2 * DAY],
    ['Chi', 4 * DAY],
    ['Minh', 3 * DAY],
    ['Long', DAY],
  ],
  alerts: [
    ...['Binh', 'Em', 'Huong'].map((person) => alerted(person, 1)),
    {
      type: 'AlertSent',
      data: { alertId: 'alert of Em', provider: 'outbox', reference: 'r', degree: 1, until: null, cases: [] },
    },
    { type: 'AlertFailed', data: { alertId: 'alert of Huong', reason: 'no-phone', detail: '', provider: null } },
  ],
};

const PARAMETERS = {
  ...{ caseId: 'case of An', otherCaseId: 'case of Minh', disease: 'covid-19' },
  ...{ from: formatInstant(MIDNIGHT - 2 * DAY * 60), until: formatInstant(MIDNIGHT + 5 * DAY * 60) },
};

const became = (place: string, name: string | null, cases: number, contacts: number, becameCases: number) => ({
  ...{ place, name, cases, contacts, becameCases },
});
const untold = (person: string, degree: number, isCase: boolean, lastAlert: string | null) => ({
  ...{ person, degree, isCase, lastAlert },
});
const exposed = (person: string, knownBefore: boolean) => ({
  ...{ f1: 'Binh', itsCase: 'case of Binh', exposed: person, knownBefore },
});

/** The right answers, by the headings of the page. */
const RIGHT: Record<string, Record<string, unknown>[]> = {
  'The neighbourhood of a case': [
    { path: ['An MET Binh'] },
    { path: ['An MET Binh', 'Binh MET Chi'] },
    { path: ['An MET Em'] },
    { path: ['An MET Em', 'Em MET Dung'] },
    { path: ['An MET Em', 'Em MET Minh'] },
    { path: ['An MET Giang'] },
    { path: ['An MET Huong'] },
    { path: ['An VISITED cafe'] },
    { path: ['An VISITED home of An'] },
  ],
  'Chains of transmission from a case': [
    { chain: ['case of An', 'case of Binh'], steps: 1 },
    { chain: ['case of An', 'case of Binh', 'case of Chi'], steps: 2 },
  ],
  'Places where most contacts met in a week': [
    became('cafe', 'The blue cafe', 2, 3, 1),
    became('gym', null, 1, 2, 0),
    became('home of An', null, 1, 1, 0),
    became('market', null, 1, 1, 1),
    became('pool', null, 1, 1, 0),
    became('shop', null, 1, 1, 0),
  ],
  'People who met two or more cases': [
    { person: 'Em', number: 3, cases: ['case of An', 'case of Binh', 'case of Minh'] },
  ],
  'Contacts of a case who were together': [{ person: 'Binh', other: 'Em', place: 'cafe', since: textOf(-DAY + 30) }],
  'The shortest path between two cases': [{ people: ['An', 'Em', 'Minh'], steps: 2 }],
  'Whom contacts exposed who became cases later': [exposed('Chi', true), exposed('Em', true), exposed('Phuc', false)],
  'Generation times between linked cases': [
    { source: 'case of An', next: 'case of Binh', days: 2, mean: 2, median: 2 },
    { source: 'case of Binh', next: 'case of Chi', days: 2, mean: 2, median: 2 },
  ],
  'Contacts at home and elsewhere': [
    { contacts: 'elsewhere', number: 10, becameCases: 2 },
    { contacts: 'household', number: 1, becameCases: 0 },
  ],
  'Contacts whom no alert has reached': [
    untold('Binh', 1, true, 'requested'),
    untold('Giang', 1, false, null),
    untold('Huong', 1, false, 'failed'),
    untold('Chi', 2, true, null),
    untold('Dung', 2, false, null),
    untold('Minh', 2, true, null),
  ],
};
/** Operators that go through all of something, or combine all with all. */
const EVERYTHING = /Scan$|^CartesianProduct$/;

export function exploring(driverOf: () => Driver): void {
  const ask = async (query: string) => {
    // As the page says: to read only.
    const session = driverOf().session({ defaultAccessMode: neo4j.session.READ });
    try {
      return await session.executeRead((tx) => tx.run(query, PARAMETERS));
    } finally {
      await session.close();
    }
  };

  describe('The queries of the page about exploring in Neo4j', () => {
    beforeAll(async () => {
      await tellStory(driverOf(), STORY);
    }, 120_000);

    it('are ten, each with an answer here', () => {
      expect([...QUERIES.keys()]).toEqual(Object.keys(RIGHT));
      expect(QUERIES.size).toBe(10);
    });

    it.each([...QUERIES])('give the right answer: %s', async (title, query) => {
      const { records } = await ask(query);
      const found = records.map((record) =>
        Object.fromEntries(Object.entries(record.toObject()).map(([name, value]) => [name, shown(value)])),
      );
      // What is drawn has no order.
      if (records[0]?.has('path')) found.sort((a, b) => (String(a['path']) < String(b['path']) ? -1 : 1));
      expect(found).toEqual(RIGHT[title]);
    });

    it.each([...QUERIES])('begin at an index, and never combine all with all: %s', async (_, query) => {
      const { summary } = await ask(`EXPLAIN ${query}`);
      const operators = operatorsOf(summary.plan as Plan);
      expect(operators.length).toBeGreaterThan(3);
      expect(operators.filter((each) => EVERYTHING.test(each))).toEqual([]);
    });

    it('use names that are in use, as the query of names shows', async () => {
      const { records } = await ask(NAMES);
      const names = new Map(records.map((record) => [record.get('name') as string, record.get('inUse') as string]));
      const { records: checkpoints } = await ask(
        "MATCH (k:Checkpoint {projection: 'presence'}) RETURN k.version AS version",
      );
      expect(names.get('Slot')).toBe(`Slot_v${checkpoints[0]?.get('version')}`);
      const used = [...QUERIES.values()].flatMap((query) =>
        [...query.matchAll(/:([A-Z]\w+)/g)].map(([, name = '']) => name),
      );
      expect(used).toEqual(expect.arrayContaining(['MET', 'VISITED', 'Case']));
      for (const name of used) expect([name, names.get(name) ?? name]).toEqual([name, name]);
    });

    it('are asked to read only, as the page says: Neo4j then refuses to write', async () => {
      await expect(ask('MATCH (c:Case) SET c.status = "retracted"')).rejects.toThrow(/read access mode/);
    });
  });
}

/** The first query in a text. */
function queryIn(text: string): string {
  return /^```cypher\n([^]*?)^```$/m.exec(text)?.[1] ?? '';
}

/** A path as its steps, a time as text. */
function shown(value: unknown): unknown {
  if (value instanceof Object && 'segments' in value) {
    const { segments } = value as Path;
    return segments.map(
      ({ start, end, relationship }) => `${start.properties['id']} ${relationship.type} ${end.properties['id']}`,
    );
  }
  return neo4j.isDateTime(value as object) ? String(value) : value;
}

function operatorsOf({ operatorType, children }: Plan): string[] {
  return [operatorType.replace(/@.*/, ''), ...children.flatMap(operatorsOf)];
}
