import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Means } from '../../../src/requests/context.js';
import { importText, meansOver } from '../../support/ingest.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';

let store: MemoryEventStore;
let means: Means;
beforeEach(() => {
  store = new MemoryEventStore();
  means = meansOver(store);
});

const visits = 'person_id,place_id,arrived_at,left_at\n';
const results = 'sample_id,person_id,disease,collected_at,reported_at,result,onset_at\n';
const data = (type: string) => store.all.filter((event) => event.type === type).map((event) => event.data as object);
const codes = ({ remarks }: { remarks: { code: string; rows: number; about: string[] }[] }) =>
  remarks.map(({ code, rows, about }) => [code, rows, about]);

describe('The summary of an import', () => {
  it('names unknown people in results: a misspelt id makes a case of nobody', async () => {
    await importText(means, 'people', 'person_id,name,phone\nreg,An,\n');
    await importText(means, 'check-ins', `${visits}seen,cafe,2021-07-30T09:00:00Z,\n`);
    const rows = ['reg', 'seen', 'sene', 'sene'].map(
      (id, i) => `s${i},${id},covid-19,2021-08-02T09:00:00Z,2021-08-02T19:00:00Z,negative,\n`,
    );
    const summary = await importText(means, 'results', results + rows.join(''), { lookUps: 10 });

    expect(codes(summary)).toEqual([['person-first-seen', 1, ['sene']]]);
    expect(summary.remarks[0]).toMatchObject({ lines: [4], says: expect.stringContaining('spelling') });
  });

  it('names places without a description, and looks up no more ids than allowed', async () => {
    await importText(means, 'places', 'place_id,name,kind\ncafe,Cafe,cafe\n');
    const rows = ['cafe', 'caffe', 'bar', 'pub'].map((id) => `p,${id},2021-08-02T09:00:00Z,\n`).join('');

    expect(codes(await importText(means, 'check-ins', visits + rows, { lookUps: 3 }))).toEqual([
      ['person-first-seen', 1, ['p']],
      ['place-not-described', 1, ['caffe']],
    ]);
  });

  it("says which tubes contain a person's number, and accepts them", async () => {
    const row = '001099012345,p,covid-19,2021-08-02T09:00:00Z,2021-08-02T19:00:00Z,positive,\n';
    const summary = await importText(means, 'results', results + row);

    expect(summary).toMatchObject({ accepted: 1 });
    expect(codes(summary)).toEqual([['sample-id-personal', 1, ['001099012345']]]);
  });

  it('says that days count from their beginning, and ends until their end', async () => {
    const summary = await importText(
      means,
      'results',
      `${results}s,p,covid-19,2021-08-02,2021-08-02,positive,2021-07-31\n`,
    );
    expect(codes(summary)).toEqual([['day-taken', 1, ['2021-08-02', '2021-07-31']]]);
    expect(data('TestResultReported')).toMatchObject([
      { collectedAt: '2021-08-01T17:00:00Z', reportedAt: '2021-08-01T17:00:00Z', onsetAt: '2021-07-30T17:00:00Z' },
    ]);

    await importText(means, 'isolations', 'person_id,started_at,ended_at\np,2021-08-02,2021-08-10\n');
    expect(data('PersonReleased')).toMatchObject([
      { startedAt: '2021-08-01T17:00:00Z', endedAt: '2021-08-10T17:00:00Z' },
    ]);
  });

  it('refuses a day as the time when somebody came or left', async () => {
    expect(await importText(means, 'check-ins', `${visits}p,cafe,2021-08-02,2021-08-03\n`)).toMatchObject({
      rejected: 1,
    });
  });

  it('says which stays are too long or empty, and which languages have no texts', async () => {
    const rows = 'p,cafe,2021-08-02T09:00:00Z,2021-08-21T09:00:00Z\nq,cafe,2021-08-02T09:00:00Z,2021-08-02T09:00:00Z\n';
    expect(codes(await importText(means, 'check-ins', visits + rows)).map(([code]) => code)).toEqual([
      'long-stay',
      'no-stay',
    ]);
    const people = await importText(means, 'people', 'person_id,name,phone,language\np,An,,ko\nq,An,,en\n');
    expect(codes(people)).toEqual([['language-without-texts', 1, ['ko']]]);
    const row = 'person_id,name,phone,language\np,An,,ko\n';
    const limits = { languages: new Set(['vi', 'ko']) };
    expect(codes(await importText(means, 'people', row, { limits }))).toEqual([]);
  });
});

describe('An unreadable phone', () => {
  const people = 'person_id,name,phone,language\n';

  it('loses the phone, not the name and the language, and the row can be corrected', async () => {
    const summary = await importText(means, 'people', `${people}p,An,091234,en\n`);

    expect(summary).toMatchObject({
      rejected: 1,
      refused: [{ number: 2, complaints: [{ column: 'phone', fix: expect.stringContaining('stored') }] }],
    });
    expect(data('PersonRegistered')).toMatchObject([{ language: 'en', name: expect.any(Object), phone: null }]);
  });

  it('leaves the known phone, and says nothing twice', async () => {
    await importText(means, 'people', `${people}p,An,0912345678,vi\n`);
    const [before] = data('PersonRegistered') as { phoneIndex: string }[];
    await importText(means, 'people', `${people}p,An,none,en\n`);
    await importText(means, 'people', `${people}p,An,none,en\n`);

    expect(data('PersonRegistered')).toHaveLength(2);
    expect(data('PersonRegistered')[1]).toMatchObject({ language: 'en', phoneIndex: before?.phoneIndex });
  });
});

describe('A scan of many people', () => {
  it('is refused beyond fifty, before any of them is looked up', async () => {
    const group = (people: number) =>
      JSON.stringify({
        person_ids: Array.from({ length: people }, (_, i) => `g${i}`),
        place_id: 'cafe',
        arrived_at: '2021-08-02T09:00:00Z',
      });
    expect(await importText(means, 'check-ins', group(51))).toMatchObject({
      rejected: 1,
      refused: [{ complaints: [{ column: 'person_ids', reason: expect.stringContaining('51 people') }] }],
    });
    expect(store.all).toHaveLength(0);
    await importText(means, 'check-ins', group(50));
    expect(store.all).toHaveLength(50);
  });
});
