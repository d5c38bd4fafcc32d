import { STATEMENTS } from '../../../src/cases/verdicts.js';
import { type DomainEvent, streams, anyStream } from '../../support/events.js';
import type { TestResult } from '../../../src/samples/events.js';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { personDecider } from '../../../src/people/person.js';
import { twinLines } from '../../../src/operations/twin-lines.js';
import { rowsOf } from '../../support/rows.js';
import { carryOver, findTwins, mergePlaces, mergeTubes } from '../../../src/operations/twin-ids.js';
import type { Means } from '../../../src/requests/context.js';
import { sampleDecider, wordKey } from '../../../src/samples/sample.js';
import { load } from '../../../src/event-log/handle.js';
import { caseIdOf } from '../../../src/cases/ids.js';
import { builtInProfiles } from '../../../src/cases/profiles.js';
import { calendarOf } from '../../../src/platform/calendar.js';
import { applyResult } from '../../../src/cases/open-cases.js';
import { importText, meansOver } from '../../support/ingest.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';
import { registered } from '../../support/builders/people.js';
import { reported } from '../../support/builders/results.js';

let store: MemoryEventStore;
let means: Means;
beforeEach(() => {
  store = new MemoryEventStore();
  means = meansOver(store);
});

const NFC = 'chợ-lớn'.normalize('NFC');
const NFD = 'chợ-lớn'.normalize('NFD');
let count = 0;
const append = (stream: string, event: DomainEvent) =>
  store.append(
    anyStream(stream),
    [{ id: `e${count++}`, event, provenance: { source: 'old', laboratory: true } }],
    'any',
  );
const visit = (personId: string, placeId: string, more: object = {}) => {
  const arrivedAt = '2021-08-01T09:00:00Z';
  const data = { visitId: `v-${personId}`, personId, placeId, arrivedAt, leftAt: null, seat: '3A', ...more };
  return append(streams.presence(personId, arrivedAt).name, { type: 'CheckedIn', data });
};

describe('Ids of an older log that are the same in canonical form', () => {
  it('are listed, each with the current one', async () => {
    await visit('an', NFD);
    await visit('an\u200B', NFC);
    await visit('binh', 'cafe');

    expect(await findTwins(store)).toEqual({
      people: [{ id: 'an\u200B', one: 'an' }],
      places: [{ id: NFD, one: NFC }],
      households: [],
      samples: [],
      refused: [],
    });
    expect(await findTwins(new MemoryEventStore())).toMatchObject({ people: [], places: [] });
  });

  it('of a place: its visits are stated again at the one place, once, with all known facts', async () => {
    await visit('an', NFD);
    await visit('binh', NFC);
    const arrivedAt = '2021-08-01T09:00:00Z';
    const left = { visitId: 'v-an', personId: 'an', placeId: NFD, arrivedAt, leftAt: '2021-08-01T10:00:00Z' };
    await append(streams.presence('an', arrivedAt).name, { type: 'CheckedOut', data: left });
    const facts = {
      name: 'Chợ',
      kind: 'market',
      capacity: 9,
      latitude: null,
      longitude: null,
      defaultStayMinutes: null,
    };
    await append(streams.place(NFD).name, { type: 'PlaceRegistered', data: { placeId: NFD, ...facts } });

    expect(await mergePlaces(means, await findTwins(store))).toEqual({ visits: 1, people: 0 });
    const said = store.all.filter(({ provenance }) => provenance.source === 'twin-ids');
    expect(said.map(({ type, data }) => [type, data])).toEqual([
      ['PlaceRegistered', { placeId: NFC, ...facts }],
      ['VisitCorrected', { ...left, placeId: NFC, seat: '3A' }],
    ]);
    const before = store.all.length;
    expect(await mergePlaces(means, await findTwins(store))).toEqual({ visits: 0, people: 0 });
    expect(store.all).toHaveLength(before);
  });

  it('of a person: name and phone move to the one record, sealed with its own key', async () => {
    const sealed = await means.base.sealing.seal('an\u200B', 'phone', '+84912345678', { source: 'old' });
    const said = { phone: sealed, phoneIndex: 'i', language: 'en', householdId: 'h\u200B' } as const;
    await append(streams.person('an\u200B').name, registered('an\u200B', said));
    const twins = await findTwins(store);
    await mergePlaces(means, twins);
    for (const twin of twins.people) await carryOver(means, twin);

    const { registered: an } = (await load(store, personDecider, streams.person('an'))).state;
    expect(an).toMatchObject({ language: 'en', phoneIndex: 'i', householdId: 'h' });
    expect(await means.base.sealing.open('an', 'phone', an?.phone as typeof sealed)).toBe('+84912345678');
  });
});

/** Results as version 0.1.0 accepted them, with any ids. */
const sayResult = async (sampleId: string, personId: string, more: Partial<TestResult> = {}) => {
  const collectedAt = '2021-08-01T01:00:00Z';
  const event = reported(personId, { sampleId, collectedAt, reportedAt: '2021-08-01T05:00:00Z', ...more });
  await append(streams.sample(sampleId).name, {
    type: 'SampleCollected',
    data: { sampleId, disease: event.data.disease, collectedAt, poolSize: 1 },
  });
  await append(streams.sample(sampleId).name, event);
};
/** A row as a person writes it after reading `ids list`. */
const row = (sample_id: string, person_id: string, result: string, reported_at = '2021-08-03T08:00:00+07:00') =>
  JSON.stringify({
    ...{ sample_id, person_id, disease: 'covid-19', collected_at: '2021-08-01T08:00:00+07:00', reported_at, result },
  });
const holds = async (sampleId: string, personId: string) => {
  const { state } = await load(store, sampleDecider, streams.sample(sampleId));
  const word = state.words.get(wordKey(personId, 'covid-19'));
  return word === undefined ? 'nothing' : (word.result?.result ?? 'retracted');
};
let handled = 0;
beforeEach(() => {
  handled = 0;
});
/** As the worker handles a laboratory's report. */
const openCases = async () => {
  const profiles = { all: builtInProfiles(), calendar: calendarOf('Asia/Ho_Chi_Minh') };
  for (; handled < store.all.length; handled++) {
    const event = store.all[handled];
    if (event && STATEMENTS.includes(event)) await applyResult(store, profiles, event);
  }
};
const PHONE = '0912345678';
const TUBE = { nfc: 'ống-7'.normalize('NFC'), nfd: 'ống-7'.normalize('NFD') };

describe('A result that an older log has under an id that is refused or written differently today', () => {
  it.each([
    ['a person whose id is nine digits', 's1', '123456789'],
    ['a person whose id is twelve digits', 's1', '111222333444'],
    ['a person whose id is a phone', 's1', PHONE],
    ['a person with an invisible character', 's1', 'an\u200B'],
    ['a person with decomposed letters', 's1', NFD],
    ['a tube with decomposed letters', TUBE.nfd, 'an'],
    ['a tube that begins as a formula', '=7', 'an'],
    ['both', TUBE.nfd, '123456789'],
  ])('can be corrected, and retracted: of %s', async (_what, sampleId, personId) => {
    await sayResult(sampleId, personId);
    expect(await importText(means, 'results', row(sampleId, personId, 'negative'))).toMatchObject({ new: 1 });
    expect(await holds(sampleId, personId)).toBe('negative');
    const retraction = row(sampleId, personId, 'retracted', '2021-08-04T08:00:00+07:00');
    expect(await importText(means, 'results', retraction)).toMatchObject({ new: 1, rejected: 0 });
    expect(await holds(sampleId, personId)).toBe('retracted');
    expect(await importText(means, 'results', retraction)).toMatchObject({ new: 0, accepted: 1, rejected: 0 });
    expect(new Set(store.all.map(({ data }) => (data as TestResult).sampleId))).toEqual(new Set([sampleId]));
  });

  it('can be found by people who can type only composed letters', async () => {
    await sayResult(TUBE.nfd, NFD);
    expect(await importText(means, 'results', row(TUBE.nfc, NFC, 'retracted'))).toMatchObject({ new: 1 });
    expect(await holds(TUBE.nfd, NFD)).toBe('retracted');
  });

  it('is the valid one if one of the two forms was retracted', async () => {
    await sayResult(TUBE.nfd, 'an');
    await importText(means, 'results', row(TUBE.nfd, 'an', 'retracted'));
    await sayResult(TUBE.nfc, 'an');
    await importText(means, 'results', row(TUBE.nfd, 'an', 'negative', '2021-08-04T08:00:00+07:00'));
    expect([await holds(TUBE.nfd, 'an'), await holds(TUBE.nfc, 'an')]).toEqual(['retracted', 'negative']);
  });

  it.each([
    ['another tube of the person', row('s2', '123456789', 'positive'), 'person_id'],
    ['an unknown person', row('s1', '987654321', 'retracted'), 'person_id'],
    ['another tube that begins as a formula', row('=8', 'an', 'positive'), 'sample_id'],
  ])('does not make new ids of that kind acceptable: %s', async (_what, given, column) => {
    await sayResult('s1', '123456789');
    await sayResult('=7', 'an');
    const before = store.all.length;
    const { refused } = await importText(means, 'results', given);
    expect(refused.flatMap(({ complaints }) => complaints.map((each) => each.column))).toEqual([column]);
    expect(store.all).toHaveLength(before);
  });
});

describe('A tube with two ids in an older log', () => {
  it('is unified: the current result is reported under the one id and retracted under the other, once', async () => {
    await sayResult(TUBE.nfd, 'an');
    await sayResult(TUBE.nfd, 'binh', { result: 'inconclusive' });
    expect(await mergeTubes(means, await findTwins(store), rowsOf('results'))).toBe(2);
    expect([await holds(TUBE.nfc, 'an'), await holds(TUBE.nfd, 'an')]).toEqual(['positive', 'retracted']);
    expect([await holds(TUBE.nfc, 'binh'), await holds(TUBE.nfd, 'binh')]).toEqual(['inconclusive', 'retracted']);
    const before = store.all.length;
    expect(await mergeTubes(means, await findTwins(store), rowsOf('results'))).toBe(0);
    expect(store.all).toHaveLength(before);
    await importText(means, 'results', row(TUBE.nfd, 'an', 'negative'));
    expect(await holds(TUBE.nfc, 'an')).toBe('negative');
  });

  it("keeps the laboratory's latest report under the one id", async () => {
    await sayResult(TUBE.nfd, 'an');
    await sayResult(TUBE.nfc, 'an', { result: 'negative', reportedAt: '2021-08-02T05:00:00Z' });
    await mergeTubes(means, await findTwins(store), rowsOf('results'));
    expect([await holds(TUBE.nfc, 'an'), await holds(TUBE.nfd, 'an')]).toEqual(['negative', 'retracted']);
  });

  it('leaves the case unchanged, with its days', async () => {
    await sayResult(TUBE.nfd, 'an');
    await openCases();
    await mergeTubes(means, await findTwins(store), rowsOf('results'));
    await openCases();
    const stream = streams.case(caseIdOf('an', 'covid-19', 0)).name;
    expect(store.all.filter((event) => event.stream === stream).map(({ type }) => type)).toEqual([
      ...['CaseConfirmed', 'InfectiousWindowChanged', 'CaseConfirmed', 'CaseEvidenceWithdrawn'],
    ]);
    await importText(means, 'results', row(TUBE.nfd, 'an', 'retracted'), { laboratory: true });
    await openCases();
    expect(store.all.at(-1)).toMatchObject({ type: 'CaseRetracted' });
  });
});

describe('Ids of an older log that are no longer accepted', () => {
  it('are listed, each with what is wrong, and what to do', async () => {
    await visit('123456789', PHONE);
    await sayResult('=7', `${PHONE}\u200B`);
    await append(streams.person('an').name, registered('an', { householdId: '111222333444' }));
    const twins = await findTwins(store);
    expect(twins).toMatchObject({ people: [], places: [], households: [], samples: [] });
    expect([...twinLines(twins)]).toEqual([
      `person "${PHONE}\\u200b" looks like a phone number, which would remain readable in the log for ever`,
      'person "123456789" looks like a citizen number, which would remain readable in the log for ever',
      `place "${PHONE}" looks like a phone number, which would remain readable in the log for ever`,
      'household "111222333444" looks like a citizen number, which would remain readable in the log for ever',
      'sample "=7" begins with "=", like a formula of a spreadsheet',
      expect.stringContaining('npx truyvet people merge ID --into YOURS'),
      expect.stringContaining('under an id of your own, and use that id'),
      expect.stringContaining('household_id of your own'),
      expect.stringContaining('still corrects or retracts results under it'),
    ]);
  });
});
