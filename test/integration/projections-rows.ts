import { describe, expect, it } from '@jest/globals';
import type { Driver } from 'neo4j-driver';
import { alerts } from '../../projections/alerts.js';
import { healthAnswers } from '../../projections/health-answers.js';
import { brake } from '../../projections/brake.js';
import { caseWindows } from '../../projections/case-windows.js';
import { cases } from '../../projections/cases.js';
import { heldResults } from '../../projections/held-results.js';
import { households } from '../../projections/households.js';
import { isolations } from '../../projections/isolations.js';
import { merges } from '../../projections/merges.js';
import { messages } from '../../projections/messages.js';
import { operators } from '../../projections/operators.js';
import { placeKinds } from '../../projections/place-kinds.js';
import { places } from '../../projections/places.js';
import { presence } from '../../projections/presence.js';
import { proximity } from '../../projections/proximity.js';
import { reminders } from '../../projections/reminders.js';
import { tasksIn } from '../../projections/tasks.js';
import { tests } from '../../projections/tests.js';
import { FACT_PROJECTIONS } from '../support/projections.js';
import { taskIdOf } from '../../src/tasks/ids.js';
import { calendarOf } from '../../src/platform/calendar.js';
import {
  AN,
  checkedIn,
  failed,
  isolated,
  merged,
  near,
  requested,
  ruled,
  sent,
  traced,
} from '../support/projection-events.js';
import { placeFacts, textOf, visitFacts } from '../support/graph.js';
import { projectionSpec, SPECIFIED } from '../support/projection-spec.js';
import { MIDNIGHT } from '../oracle/worlds.js';
import { registered } from '../support/builders/people.js';
import { reported, resultOf } from '../support/builders/results.js';
import { labelOf, staysInGraph } from '../support/stays.js';

const livesIn = (personId: string, householdId: string) => registered(personId, { householdId });
const openAt = (placeId: string) => ({ ...visitFacts('An', placeId, 0, 0), leftAt: null });

/** What each projection makes of events in the real graph, however they are delivered. */
export function projectionRows(driverOf: () => Driver): void {
  const projection = projectionSpec(driverOf);
  const at = (minutes: number) => MIDNIGHT + minutes * 60;
  const tasks = tasksIn(calendarOf('UTC'));
  /** The test that is due on this day after the exposure. */
  const testOfBinh = (day: number) => taskIdOf('test', AN.caseId, 'Binh', `${day} after ${MIDNIGHT / 86_400}`);

  describe('What a projection makes of events', () => {
    projection(presence, 'has who was where, by the last statement about a visit')
      .given(
        checkedIn('An', 'cafe', 0, 60),
        checkedIn('Binh', 'cafe', 10, 20),
        {
          type: 'CheckedOut',
          data: {
            ...{ visitId: 'Binh at cafe', personId: 'Binh', placeId: 'cafe' },
            ...{ arrivedAt: textOf(10), leftAt: textOf(45) },
          },
        },
        checkedIn('Chi', 'cafe', 0, 60),
        { type: 'VisitRetracted', data: { visitId: 'Chi at cafe', personId: 'Chi' } },
      )
      .thenRead(
        async (driver) => (await staysInGraph(driver)).map(({ day: _, ...stay }) => stay),
        [
          { person: 'An', place: 'cafe', from: at(0), to: at(60) },
          { person: 'Binh', place: 'cafe', from: at(10), to: at(45) },
        ],
      );

    projection(presence, 'has how long people without a check-out stay, by the last statement')
      .given(
        { type: 'CheckedIn', data: { ...openAt('cafe'), visitId: 'at a described place' } },
        { type: 'CheckedIn', data: { ...openAt('bus 1'), visitId: 'at a place of a kind' } },
        { type: 'PlaceRegistered', data: { ...placeFacts('cafe'), defaultStayMinutes: 20 } },
        { type: 'PlaceRegistered', data: { ...placeFacts('bus 1'), kind: 'Bus', defaultStayMinutes: null } },
        ruled(30, null),
        { type: 'PlaceCorrected', data: { ...placeFacts('cafe'), defaultStayMinutes: 25 } },
        ruled(45, 'vehicle'),
        { type: 'CheckedIn', data: { ...openAt('bus 1'), personId: 'Binh', visitId: 'after the rule' } },
      )
      .thenRead(
        async (driver) => {
          const stays = await staysInGraph(driver);
          const label = await labelOf(driver);
          const described = await driver.executeQuery(
            `MATCH (place:Place) OPTIONAL MATCH (r:${label('StayRule')} {kind: 'bus'})
             RETURN place.id AS place, place.${label('Place.kind')} AS kind, place.${label('Place.stayMinutes')} AS stay,
               r.stayMinutes AS ruled ORDER BY place`,
          );
          return [
            ...stays.map(({ person, place, to }) => ({ person, place, to })),
            ...described.records.map((record) => record.toObject()),
          ];
        },
        [
          { person: 'An', place: 'bus 1', to: at(45) },
          { person: 'An', place: 'cafe', to: at(25) },
          { person: 'Binh', place: 'bus 1', to: at(45) },
          { place: 'bus 1', kind: 'Bus', stay: null, ruled: 45 },
          { place: 'cafe', kind: 'shop', stay: 25, ruled: 45 },
        ],
      );

    projection(places, 'has the last statement about a place')
      .given(
        { type: 'PlaceRegistered', data: { ...placeFacts('cafe'), defaultStayMinutes: 20 } },
        { type: 'PlaceCorrected', data: { ...placeFacts('cafe'), capacity: 12, defaultStayMinutes: 30 } },
      )
      .then(
        (label) => `MATCH (p:Place) RETURN p.id AS place, p.${label('Place.name')} AS name,
           p.${label('Place.capacity')} AS capacity`,
        [{ place: 'cafe', name: 'cafe', capacity: 12 }],
      );

    projection(placeKinds, 'has the last rule of a kind')
      .given(ruled(30, null), ruled(45, 'vehicle'))
      .then('MATCH (k:PlaceKind) RETURN k.kind AS kind, k.stayMinutes AS stay, k.shares AS shares', [
        { kind: 'bus', stay: 45, shares: 'vehicle' },
      ]);

    projection(households, 'has the current household of a person')
      .given(livesIn('An', 'h1'), livesIn('Binh', 'h1'), livesIn('Chi', 'h2'), livesIn('Binh', 'h2'))
      .then('MATCH (p:Person)-[:LIVES_IN]->(h:Household) RETURN p.id AS person, h.id AS household ORDER BY person', [
        { person: 'An', household: 'h1' },
        { person: 'Binh', household: 'h2' },
        { person: 'Chi', household: 'h2' },
      ]);

    projection(proximity, 'has one meeting for a pair and a start, as it was stated last')
      .given(near(10), near(25))
      .then('MATCH (a:Person)-[n:NEAR]->(b:Person) RETURN n.from AS from, n.to AS to, n.distance AS distance', [
        { from: at(0), to: at(25), distance: 1.5 },
      ]);

    projection(isolations, 'has the isolations of a person in order, ended by a release')
      .given(isolated('An', 60), isolated('An', 0), {
        type: 'PersonReleased',
        data: { personId: 'An', startedAt: textOf(0), endedAt: textOf(30) },
      })
      .then(
        (label) => `MATCH (p:Person) RETURN p.id AS person, p.${label('Person.isolations')} AS isolations`,
        [{ person: 'An', isolations: [at(0), at(30), at(60), 0] }],
      );

    projection(merges, 'has the records of one person, until they are separated')
      .given(merged('An', 'Ann'), merged('Binh', 'Bin'), {
        type: 'PersonUnmerged',
        data: { personId: 'Bin', from: 'Binh' },
      })
      .then('MATCH (p:Person)-[:SAME_AS]->(q:Person) RETURN p.id AS record, q.id AS person', [
        { record: 'Ann', person: 'An' },
      ]);

    projection(tests, 'has the current result of a sample, by the time of its report')
      .given(
        reported('Binh', { reportedAt: textOf(20), result: 'inconclusive' }),
        { type: 'TestResultCorrected', data: resultOf('Binh', { reportedAt: textOf(30), result: 'negative' }) },
        // It arrives late, and changes nothing.
        { type: 'TestResultCorrected', data: resultOf('Binh', { reportedAt: textOf(10), result: 'positive' }) },
      )
      .then('MATCH (t:Test)-[:OF]->(p:Person) RETURN p.id AS person, t.outcome AS outcome, t.asOf AS asOf', [
        { person: 'Binh', outcome: 'negative', asOf: at(30) },
      ]);

    projection(heldResults, 'has the results that still wait for a person')
      .given(
        { type: 'ResultHeld', data: { ...resultOf('An'), doubts: ['it is from the future'] } },
        { type: 'ResultHeld', data: { ...resultOf('Binh'), doubts: ['it is from the future'] } },
        {
          type: 'HeldResultSettled',
          data: {
            ...{ sampleId: 'sample of An', personId: 'An', disease: 'covid-19', outcome: 'refused' },
            ...{ reason: 'a test' },
          },
        },
      )
      .then('MATCH (h:HeldResult) RETURN h.personId AS person, h.doubts AS doubts', [
        { person: 'Binh', doubts: ['it is from the future'] },
      ]);

    projection(cases, 'has the people exposed to a case, by its last completed trace')
      .given(...traced([['Binh', 1]], 'trace-1'), ...traced([['Chi', 2]], 'trace-2', ['Binh']))
      .then(
        `MATCH (p:Person)-[e:EXPOSED]->(c:Case)-[:OF]->(o:Person)
         RETURN p.id AS person, e.degree AS degree, e.trace AS trace, o.id AS of, c.due AS due`,
        [{ person: 'Chi', degree: 2, trace: 'trace-2', of: 'An', due: false }],
      );

    projection(caseWindows, 'has the anchor of a case and the number of its contacts')
      .given(...traced([['Binh', 1]], 'trace-1'))
      .then('MATCH (c:Case) RETURN c.since AS since, c.contacts AS contacts, c.counts AS counts', [
        { since: at(0), contacts: 1, counts: [1] },
      ]);

    projection(alerts, 'has the status of an alert')
      .given(requested('Binh'), requested('Chi'), failed('Binh'))
      .then('MATCH (a:Alert) RETURN a.personId AS person, a.status AS status, a.due AS due ORDER BY person', [
        { person: 'Binh', status: 'failed', due: false },
        { person: 'Chi', status: 'requested', due: true },
      ]);

    projection(brake, 'counts the messages requested in an hour, each once')
      .given(requested('Binh'), requested('Chi'), requested('Em'))
      .then('MATCH (h:AlertHour) RETURN h.hour AS hour, h.requested AS requested', [{ hour: 0, requested: 3 }]);

    projection(healthAnswers, 'has the answer of each person on a phone')
      .given({
        type: 'ContactAnswered',
        data: {
          ...{ alertId: 'alert of Binh', caseId: AN.caseId, personId: 'Binh', symptoms: ['fever'] },
          ...{ vaccinated: true, moved: false, others: ['Chi'], ill: 1 },
        },
      })
      .then(
        'MATCH (a:Answer) RETURN a.personId AS person, a.symptoms AS symptoms, a.people AS people ORDER BY person',
        [
          { person: 'Binh', symptoms: ['fever'], people: 2 },
          { person: 'Chi', symptoms: ['fever'], people: 2 },
        ],
      );

    projection(operators, 'counts the results of messages, each once')
      .given(requested('Binh'), sent('Binh'), requested('Chi'), sent('Chi'), requested('Em'), failed('Em'), {
        type: 'AlertingPaused',
        data: { provider: null, reason: 'a test' },
      })
      .then(
        `CALL () {
           MATCH (c:ProviderCount) RETURN c.provider AS provider, c.what AS what, c.messages AS number
           UNION ALL MATCH (c:OperatorCommand) RETURN c.stream AS provider, 'command' AS what, c.revision AS number
         }
         RETURN provider, what, number ORDER BY number`,
        [
          { provider: 'none', what: 'no-phone', number: 1 },
          { provider: 'outbox', what: 'sent', number: 2 },
          { provider: 'facts', what: 'command', number: 6 },
        ],
      );

    projection(tasks, 'has the tasks for a contact, open and closed')
      .given(
        ...traced([['Binh', 1]], 'trace-1'),
        requested('Binh'),
        failed('Binh'),
        {
          type: 'TaskClosed',
          data: {
            ...{ taskId: testOfBinh(1), kind: 'test', personId: 'Binh', caseId: AN.caseId, outcome: 'tested' },
            ...{ note: null },
          },
        },
        ...traced([['Chi', 1]], 'trace-2'),
      )
      .then(
        `MATCH (t:Task) RETURN t.personId AS person, t.kind AS kind, t.days AS day, t.state AS state, t.reason AS reason
         ORDER BY person, kind, day`,
        [
          { person: 'Binh', kind: 'field-visit', day: null, state: 'open', reason: 'no-phone' },
          { person: 'Binh', kind: 'follow-up', day: 14, state: 'open', reason: null },
          { person: 'Binh', kind: 'test', day: 1, state: 'closed', reason: null },
          { person: 'Binh', kind: 'test', day: 14, state: 'open', reason: null },
          { person: 'Chi', kind: 'follow-up', day: 14, state: 'open', reason: null },
          { person: 'Chi', kind: 'test', day: 1, state: 'open', reason: null },
          { person: 'Chi', kind: 'test', day: 14, state: 'open', reason: null },
        ],
      );

    projection(messages, "has the provider's reference of a message, whichever module sent it")
      .given(
        { type: 'MessageDue', data: { messageId: 'm1', purpose: 'alert', about: 'a1', whose: 'Binh' } },
        { type: 'MessageDue', data: { messageId: 'm2', purpose: 'appointment', about: 'v1', whose: 'Chi' } },
        { type: 'MessageSent', data: { messageId: 'm1', provider: 'outbox', reference: 'ref' } },
      )
      .then(
        `MATCH (m:Message) RETURN m.id AS id, m.purpose AS purpose, m.about AS about, m.whose AS whose,
           m.provider AS provider, m.reference AS reference ORDER BY id`,
        [
          { id: 'm1', purpose: 'alert', about: 'a1', whose: 'Binh', provider: 'outbox', reference: 'ref' },
          { id: 'm2', purpose: 'appointment', about: 'v1', whose: 'Chi', provider: null, reference: null },
        ],
      );

    projection(reminders, "has the tasks of a reminder, and the provider's reference of the message")
      .given(...traced([['Binh', 1]], 'trace-1'), {
        type: 'ReminderSent',
        data: { reminderId: 'r1', provider: 'outbox', reference: 'ref', tasks: [testOfBinh(14)] },
      })
      .then(
        `MATCH (t:Task) WHERE t.reminder IS NOT NULL RETURN t.kind AS what, t.days AS days, t.reminder AS of
         UNION ALL MATCH (r:Reminder) RETURN r.id AS what, null AS days, r.reference AS of`,
        [
          { what: 'test', days: 14, of: 'sent' },
          { what: 'r1', days: null, of: 'ref' },
        ],
      );

    it('has an example for each projection', () => {
      const all = [presence, ...FACT_PROJECTIONS].map(({ name }) => name);
      expect(all.filter((name) => !SPECIFIED.has(name))).toEqual([]);
    });
  });
}
