import { AlertCovered, AlertSent } from '../../../src/alerting/events.js';
import { CaseConfirmed, ContactsTraced, TraceCompleted } from '../../../src/cases/events.js';
import { PhoneMessageAllowed } from '../../../src/delivery/events.js';
import { TaskClosed } from '../../../src/tasks/events.js';
import { ContactAnswered } from '../../../src/health-form/events.js';
import { CheckedIn, CheckedOut, VisitCorrected, VisitRetracted } from '../../../src/presence/events.js';
import { boot } from '../../../src/entrypoints/boot.js';
import { type DomainEvent, anyStream } from '../../support/events.js';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { UserError } from '../../../src/kernel/errors.js';
import { defineEvent, UnreadableError, upcast, type EventDefinition } from '../../../src/kernel/event.js';
import { checkNewEvent } from '../../../src/event-log/catalogue.js';
import { describeCatalogue } from '../../../src/event-log/describe-catalogue.js';
import { idOf } from '../../../src/kernel/ids.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';
import { resultOf } from '../../support/builders/results.js';

const FILE = 'docs/events.md';

describe('The catalogue of events', () => {
  it('equals docs/events.md (UPDATE_DOCS=1 writes it)', async () => {
    const now = describeCatalogue((await boot()).streams);
    if (process.env['UPDATE_DOCS']) writeFileSync(FILE, now);

    expect(existsSync(FILE) ? readFileSync(FILE, 'utf8') : '').toBe(now);
  });

  it('refuses an event whose field is wrong, and names the field', () => {
    const data = { visitId: 'v', personId: 'p', placeId: 'x', arrivedAt: '2021-08-01T09:00:00Z', leftAt: 'noon' };

    expect(() => CheckedOut.read(1, data)).toThrow(/leftAt/);
  });

  it('counts an older event whose conversion fails as unreadable, so that no reader stops at it', () => {
    const DoorOpened = defineEvent({
      ...{ type: 'DoorOpened', version: 2, says: 'A door was opened.', data: z.object({ at: z.string() }) },
      upcasts: [
        upcast(z.looseObject({}), () => {
          throw new TypeError('nobody foresaw this');
        }),
      ],
    });
    expect(() => DoorOpened.read(1, { at: 'noon' })).toThrow(UnreadableError);
    expect(DoorOpened.read(2, { at: 'noon' })).toEqual({ type: 'DoorOpened', data: { at: 'noon' } });
  });

  it('refuses a field that the type does not have', () => {
    const data = { visitId: 'v', personId: 'p', name: 'leaked' };

    expect(() => VisitRetracted.read(1, data)).toThrow(/content \(unrecognized_keys\)/);
  });

  it('refuses an event of a newer version than it knows', () => {
    expect(() => VisitRetracted.read(VisitRetracted.version + 1, {})).toThrow(/older than the log/);
  });

  it('accepts an answer for one person as before, and one for several only with how many have symptoms', () => {
    const answered = (more: object) => {
      const data = { alertId: 'a', caseId: 'c', personId: 'p', symptoms: [], vaccinated: true, moved: false, ...more };
      return () => ContactAnswered.read(3, data);
    };

    expect(answered({})).not.toThrow();
    expect(answered({ others: ['q'], ill: 0 })).not.toThrow();
    expect(answered({ others: ['q'] })).toThrow(/ill/);
    expect(answered({ ill: 1 })).toThrow(/ill/);
  });

  it('reads an answer from before a phone could answer as that for one person', () => {
    const data = { alertId: 'a', caseId: 'c', personId: 'p', symptoms: ['fever'], vaccinated: true, moved: false };
    expect(ContactAnswered.read(1, data).data).toEqual(data);
    expect(ContactAnswered.read(2, data).data).toEqual(data);
    expect(ContactAnswered.version).toBe(3);
  });

  it.each([
    ['CheckedIn', CheckedIn],
    ['VisitCorrected', VisitCorrected],
  ])('reads a %s from before there were seats as one without', (_, { version, read }) => {
    const stay = { visitId: 'v', personId: 'p', placeId: 'x', arrivedAt: '2021-08-01T09:00:00Z', leftAt: null };
    expect(read(version - 1, stay).data).toEqual({ ...stay, seat: null });
    expect(read(version, { ...stay, seat: '12A' }).data).toEqual({ ...stay, seat: '12A' });
  });

  it('reads the actor from the data of earlier versions', () => {
    const data = { taskId: 't', kind: 'test', personId: 'An', caseId: 'c', outcome: 'done', by: 'Lan', note: null };
    const { by, ...rest } = data;
    expect(TaskClosed.read(1, data).data).toEqual(rest);
    expect(TaskClosed.namedIn(1, data)).toBe(by);
    expect(TaskClosed.namedIn(2, data)).toBeUndefined();
    // Here `by` is the id of the alert that informs the person.
    expect(AlertCovered.read(1, { alertId: 'a', by: 'b' }).data).toEqual({ alertId: 'a', by: 'b' });
    expect(AlertCovered.namedIn(1, { alertId: 'a', by: 'b' })).toBeUndefined();
  });

  const window = { caseId: 'c', traceId: 't', chunks: 1, from: '2021-08-01T00:00:00Z', until: null, profileId: 'p' };
  const trace = { ...window, profileVersion: 1, graphPosition: '1/1' };
  const part = { caseId: 'c', traceId: 't', index: 0, gone: [] };
  const met = { placeId: 'x', from: '2021-08-01T09:00:00Z', to: '2021-08-01T10:00:00Z' };
  const contact = { personId: 'p', degree: 1, firstExposureAt: met.from, minutes: 60, via: [] };
  const sent = { alertId: 'a', provider: 'one', reference: 'r' };
  const positive = { caseId: 'c', personId: 'p', disease: 'd', sampleId: 's', collectedAt: met.from, onsetAt: null };
  const confirmed = { ...positive, infectiousFrom: null, infectiousUntil: null };

  it.each<[string, EventDefinition, number, object, object]>([
    [
      'a trace of two degrees at most, which shared nothing',
      TraceCompleted,
      1,
      { ...trace, f1: 2, f2: 3 },
      { ...trace, counts: [2, 3], factors: 0, greatestDegree: 2, lingeringMinutes: 0 },
    ],
    [
      'a trace without contacts of degree 2',
      TraceCompleted,
      1,
      { ...trace, f1: 2, f2: 0 },
      { ...trace, counts: [2], factors: 0, greatestDegree: 2, lingeringMinutes: 0 },
    ],
    [
      'contacts whose meetings were measured and not lingering',
      ContactsTraced,
      1,
      { ...part, found: [{ ...contact, meetings: [met] }] },
      {
        ...part,
        found: [
          {
            ...contact,
            meetings: [{ ...met, imputed: false, lingering: false }],
            lastExposureAt: met.to,
            shared: [],
          },
        ],
        factors: [],
        factorsGone: [],
      },
    ],
    [
      'a contact without meetings, as last exposed when first exposed',
      ContactsTraced,
      2,
      { ...part, found: [{ ...contact, meetings: [] }] },
      {
        ...part,
        found: [{ ...contact, meetings: [], lastExposureAt: met.from, shared: [] }],
        factors: [],
        factorsGone: [],
      },
    ],
    [
      'a case without a rash, confirmed by a result',
      CaseConfirmed,
      1,
      confirmed,
      { ...confirmed, rashAt: null, confirmation: 'result' },
    ],
    ['an alert of unknown degree and days', AlertSent, 1, sent, { ...sent, degree: null, until: null, cases: [] }],
    [
      'an alert that keeps the degree that it states',
      AlertSent,
      1,
      { ...sent, degree: 2 },
      { ...sent, degree: 2, until: null, cases: [] },
    ],
    [
      'a message that told of no other case',
      PhoneMessageAllowed,
      1,
      { messageId: 'm', said: { degree: 1, until: 'open' } },
      { messageId: 'm', said: { degree: 1, until: 'open', cases: [] } },
    ],
    [
      'a message that told of no contact',
      PhoneMessageAllowed,
      1,
      { messageId: 'm', said: null },
      { messageId: 'm', said: null },
    ],
  ])('reads %s from an earlier version', (_, definition, version, stored, read) => {
    expect(definition.read(version, stored).data).toEqual(read);
  });

  it.each<[string, EventDefinition, number, unknown, string]>([
    ['a count', TraceCompleted, 1, { ...trace, f1: 'two of Mai', f2: 0 }, 'version 1 of its type: f1 ('],
    ['a missing field', TraceCompleted, 1, { ...trace, f1: 2 }, 'version 1 of its type: f2 ('],
    ['a list', ContactsTraced, 1, { ...part, found: 'Mai' }, 'version 1 of its type: found ('],
    [
      'a field of an item',
      ContactsTraced,
      2,
      { ...part, found: [{ ...contact, meetings: ['Mai'] }] },
      'version 2 of its type: found.0.meetings.0 (',
    ],
    ['a nested value', PhoneMessageAllowed, 1, { messageId: 'm', said: 'Mai' }, 'version 1 of its type: said ('],
    ['a field of every version', AlertSent, 1, { ...sent, provider: ['Mai'] }, 'its type: provider ('],
    ['the content, a list', CheckedIn, 1, ['Mai'], 'its type: content ('],
    ['the content, null', TaskClosed, 1, null, 'its type: content ('],
  ])(
    'cannot read data that does not fit its earlier version, and names what is wrong: %s',
    (_, definition, version, stored, at) => {
      const read = () => definition.read(version, stored);

      expect(read).toThrow(UnreadableError);
      expect(read).toThrow(`its content does not match ${at}`);
      expect(read).not.toThrow(/Mai/);
    },
  );

  it('knows only its own types', async () => {
    const { catalogue } = await boot();
    expect(catalogue.of('CheckedIn')).toBe(CheckedIn);
    expect(catalogue.of('$metadata')).toBeUndefined();
    expect(catalogue.of('toString')).toBeUndefined();
  });
});

describe('An event is refused before it is stored, with the field and what to do', () => {
  const visit = { visitId: 'v', personId: 'An', placeId: 'cafe', arrivedAt: '2021-08-01T09:00:00Z' };
  const stay = (more: object): DomainEvent =>
    ({ type: 'CheckedIn', data: { ...visit, leftAt: null, seat: null, ...more } }) as DomainEvent;
  const place = { placeId: 'cafe', name: 'Cafe', kind: 'shop', capacity: null, latitude: null, longitude: null };
  const sent = (more: object): DomainEvent => {
    const data = { alertId: 'a', provider: 'one', reference: 'r', degree: 1, until: null, cases: [], ...more };
    return { type: 'AlertSent', data } as DomainEvent;
  };
  const held = resultOf('An', { sampleId: 's' });
  const traced = (more: object): DomainEvent => {
    const data = { caseId: 'c', traceId: 't', chunks: 0, from: visit.arrivedAt, until: null, profileId: 'p' };
    const rest = { profileVersion: 1, graphPosition: '1/1', counts: [1], factors: 0, greatestDegree: 2 };
    return { type: 'TraceCompleted', data: { ...data, ...rest, lingeringMinutes: 0, ...more } } as DomainEvent;
  };

  it.each<[string, DomainEvent, string, string]>([
    ['an invalid day', stay({ arrivedAt: '2021-02-30T09:00:00Z' }), 'arrivedAt is not a time', 'correct the date'],
    [
      'midnight as an hour of the day before',
      stay({ arrivedAt: '2021-08-01T24:00:00Z' }),
      'arrivedAt is not a time',
      'correct the date',
    ],
    ['a time before 1970', stay({ arrivedAt: '1969-12-31T23:59:59Z' }), 'arrivedAt is not a time', 'correct the date'],
    ['a time after 2106', stay({ leftAt: '2106-02-07T06:28:16Z' }), 'leftAt is not a time', 'correct the date'],
    ['a stay of years', stay({ leftAt: '2023-08-01T09:00:00Z' }), 'leftAt is more than 366 days', 'several stays'],
    ['an id with half a character', stay({ personId: 'x\ud800' }), 'personId has half of a character', 'whole'],
    [
      'an endless stay',
      { type: 'PlaceRegistered', data: { ...place, defaultStayMinutes: 10_081 } },
      'defaultStayMinutes is more than 10080 minutes',
      'a week',
    ],
    ['a reference of any length', sent({ reference: 'r'.repeat(2_001) }), 'reference is longer than 2000', 'shorten'],
    ['a provider of any length', sent({ provider: 'p'.repeat(201) }), 'provider is longer than 200', 'shorten'],
    [
      "a provider's text of any length",
      {
        type: 'AlertUndelivered',
        data: { alertId: 'a', provider: 'one', detail: 'x'.repeat(20_001), withdrawn: false },
      },
      'detail is longer than 20000 characters',
      'shorten',
    ],
    [
      'a name of any length',
      { type: 'PlaceRegistered', data: { ...place, name: 'x'.repeat(20_001), defaultStayMinutes: null } },
      'name is longer than 20000 characters',
      'shorten',
    ],
    [
      'a text of any length, however deeply nested',
      { type: 'ResultHeld', data: { ...held, doubts: ['early', 'x'.repeat(20_001)] } },
      'doubts.1 is longer than 20000 characters',
      'shorten',
    ],
    ['an invalid day in a message', sent({ until: '2021-02-30' }), 'until', ''],
    ['an invalid position', traced({ graphPosition: 'here' }), 'graphPosition is not a position', '1234/1234'],
    ['a position that is too large', traced({ graphPosition: '9'.repeat(19) }), 'graphPosition is beyond the end', ''],
    ['a count beyond 64 bits', traced({ counts: [2 ** 53 - 1] }), 'counts.0 is more than', 'correct it'],
    ['minutes beyond 64 bits', traced({ lingeringMinutes: 1e300 }), 'lingeringMinutes is more than', 'correct it'],
  ])('%s', async (_, event, reason, fix) => {
    const refused = new MemoryEventStore().append(
      anyStream('s'),
      [{ id: idOf('x'), event, provenance: { source: 'x' } }],
      'any',
    );
    await expect(refused).rejects.toThrow(UserError);
    const error = await refused.catch((each: UserError) => each);
    expect(error).toMatchObject({
      message: expect.stringContaining(`${event.type} cannot be stored in s: ${reason}`),
      fix: expect.stringContaining(fix),
    });
    expect(JSON.stringify(error)).not.toContain('\ud800');
  });

  it('and the limits are accepted', () => {
    const year = new Date(Date.parse(visit.arrivedAt) + 366 * 86_400_000).toISOString().replace('.000', '');
    for (const event of [
      stay({ leftAt: year }),
      stay({ arrivedAt: '1970-01-01T00:00:00Z', leftAt: null }),
      stay({ arrivedAt: '2106-02-07T06:28:15Z' }),
      sent({ reference: 'ế'.repeat(2_000), until: 'open' }),
      traced({ counts: [2 ** 31 - 1], graphPosition: '0' }),
    ]) {
      expect(() => checkNewEvent(event, anyStream('s'))).not.toThrow();
    }
  });
});
