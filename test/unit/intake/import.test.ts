import type { PersonRegistered } from '../../../src/people/events.js';
import { streams } from '../../support/events.js';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sampleDecider, wordKey } from '../../../src/samples/sample.js';
import type { Means } from '../../../src/requests/context.js';
import { load } from '../../../src/event-log/handle.js';
import { visitIdOf } from '../../../src/presence/ids.js';
import { importText, meansOver } from '../../support/ingest.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';

let store: MemoryEventStore;
let means: Means;

beforeEach(() => {
  store = new MemoryEventStore();
  means = meansOver(store);
});

const facts = (): unknown[] => store.all.map(({ type, data }) => ({ type, data }));

describe('An import of check-ins', () => {
  const rows =
    'person_id,place_id,arrived_at,left_at\n' +
    'p1,cafe,2021-08-01T09:00:00Z,2021-08-01T10:00:00Z\n' +
    'p2,cafe,2021-08-01T09:30:00+07:00,\n';

  it('records one event per row, in the stream of the person and the month', async () => {
    const summary = await importText(means, 'check-ins', rows);

    expect(summary).toMatchObject({ rows: 2, accepted: 2, new: null, rejected: 0, zoneAssumed: 0, stopped: false });
    expect(store.all.map(({ stream }) => stream)).toEqual(['presence-p1-202108', 'presence-p2-202108']);
    const second = { personId: 'p2', placeId: 'cafe', arrivedAt: '2021-08-01T02:30:00Z' };
    expect(facts()[1]).toEqual({
      type: 'CheckedIn',
      data: { visitId: visitIdOf('cli', second), ...second, leftAt: null, seat: null },
    });
  });

  it('reports how much of the file is stored, not how much was read', async () => {
    const progress = { read: 0, settled: 0, settledBytes: 0 };
    const many = rows + rows.split('\n').slice(1).join('\n').repeat(20);
    const parts: number[] = [];
    const store = new MemoryEventStore();
    const appendMany = store.append.bind(store);
    store.append = (...given) => {
      parts.push(progress.settledBytes / Buffer.byteLength(many));
      return appendMany(...given);
    };
    await importText(meansOver(store), 'check-ins', many, { progress });
    expect(parts[0]).toBe(0);
    expect(progress.settled).toBe(progress.read);
    const header = rows.indexOf('\n') + 1;
    expect(progress.settledBytes).toBe(Buffer.byteLength(many) - header);
  });

  it('changes nothing the second time', async () => {
    await importText(means, 'check-ins', rows);
    const before = facts();
    const again = await importText(means, 'check-ins', rows);

    expect(again).toMatchObject({ accepted: 2, rejected: 0 });
    expect(facts()).toEqual(before);
  });

  it('accepts the new rows of a batch that contains some stored ones', async () => {
    await importText(means, 'check-ins', rows);
    await importText(means, 'check-ins', `${rows}p1,market,2021-08-02T09:00:00Z,\n`);

    expect(store.all).toHaveLength(3);
  });

  it('stores a row that occurs twice in a file once', async () => {
    await importText(means, 'check-ins', `${rows}p1,cafe,2021-08-01T09:00:00Z,2021-08-01T10:00:00Z\n`);

    expect(store.all).toHaveLength(2);
  });

  it('keeps the order of two versions of one visit, even if the later is in another month', async () => {
    await importText(
      means,
      'check-ins',
      'visit_id,person_id,place_id,arrived_at,left_at\n' +
        'v1,p1,cafe,2021-08-31T09:00:00Z,\n' +
        'v1,p1,cafe,2021-09-01T09:00:00Z,2021-09-01T09:30:00Z\n' +
        'v1,p1,cafe,2021-08-30T09:00:00Z,2021-08-30T09:30:00Z\n',
    );

    expect(new Set(facts().map((fact) => (fact as { data: { visitId: string } }).data.visitId)).size).toBe(1);
    expect(store.all.map(({ stream }) => stream)).toEqual([
      'presence-p1-202108',
      'presence-p1-202109',
      'presence-p1-202108',
    ]);
  });

  it('splits the events of one stream into appends that the log accepts, in order', async () => {
    const seconds = Array.from({ length: 1201 }, (_, i) => `p1,cafe,${new Date(i * 1000).toISOString()},`);
    await importText(means, 'check-ins', `person_id,place_id,arrived_at,left_at\n${seconds.join('\n')}\n`);

    expect(store.all.map(({ data }) => (data as { arrivedAt: string }).arrivedAt)).toEqual(
      seconds.map((_, i) => new Date(i * 1000).toISOString().replace('.000Z', 'Z')),
    );
  });

  it('keeps visits of two sources separate', async () => {
    await importText(means, 'check-ins', rows, { source: 'north' });
    await importText(means, 'check-ins', rows, { source: 'south' });

    expect(store.all).toHaveLength(4);
  });

  it('says how many rows have a time without a zone, and reads them in the given one', async () => {
    const summary = await importText(
      means,
      'check-ins',
      'person_id,place_id,arrived_at,left_at\np1,cafe,2021-08-01 09:00,2021-08-01T10:00:00\np2,cafe,2021-08-01T09:00Z,\n',
      { zone: 'Asia/Ho_Chi_Minh' },
    );

    expect(summary).toMatchObject({ zoneAssumed: 1, zone: 'Asia/Ho_Chi_Minh' });
    expect(facts()[0]).toMatchObject({ data: { arrivedAt: '2021-08-01T02:00:00Z', leftAt: '2021-08-01T03:00:00Z' } });
  });

  it('goes back to an earlier value only under a separate key', async () => {
    const row = (left: string) => `person_id,place_id,arrived_at,left_at\np1,cafe,2021-08-01T09:00:00Z,${left}\n`;
    await importText(means, 'check-ins', row('2021-08-01T10:00:00Z'));
    await importText(means, 'check-ins', row('2021-08-01T11:00:00Z'));
    await importText(means, 'check-ins', row('2021-08-01T10:00:00Z'));
    expect(store.all).toHaveLength(2);

    await importText(means, 'check-ins', row('2021-08-01T10:00:00Z'), { key: 'back' });
    expect(facts().at(-1)).toMatchObject({ data: { leftAt: '2021-08-01T10:00:00Z' } });
    expect(store.all).toHaveLength(3);
  });

  it('refuses rows about somebody who was erased, and names the line', async () => {
    store.erase('presence-p1-202108');
    const summary = await importText(means, 'check-ins', rows);

    expect(summary).toMatchObject({ accepted: 1, rejected: 1 });
    expect(summary.refused).toMatchObject([{ number: 2, complaints: [{ reason: expect.stringContaining('erased') }] }]);
  });

  it('stops where it is when asked, and counts what is stored', async () => {
    const stopping = new AbortController();
    stopping.abort();
    const summary = await importText(means, 'check-ins', rows, { signal: stopping.signal });

    expect(summary).toMatchObject({ stopped: true, accepted: 0 });
    expect(store.all).toHaveLength(0);
  });
});

describe('An import of proximity', () => {
  it('sorts the pair, so that either phone may report it', async () => {
    await importText(
      means,
      'proximity',
      'person_a,person_b,started_at,ended_at,distance_m\n' +
        'p2,p1,2021-08-01T09:00:00Z,2021-08-01T09:10:00Z,1.5\n' +
        'p1,p2,2021-08-01T09:00:00Z,2021-08-01T09:10:00Z,1.5\n',
    );

    expect(store.all).toHaveLength(1);
    expect(store.all[0]).toMatchObject({
      stream: 'presence-p1-202108',
      data: { personA: 'p1', personB: 'p2', distanceMetres: 1.5 },
    });
  });
});

describe('An import of people', () => {
  const rows = 'person_id,name,phone,language,household_id\np1,Nguyễn Văn An,0912 345 678,en,h1\np2,,,,\n';
  const registered = (personId: string): PersonRegistered['data'] =>
    store.all.findLast(({ stream }) => stream === `person-${personId}`)?.data as PersonRegistered['data'];

  it('seals the name and the phone, and hashes the phone as E.164', async () => {
    const summary = await importText(means, 'people', rows);

    expect(summary).toMatchObject({ accepted: 2, new: 2 });
    expect(JSON.stringify(facts())).not.toMatch(/Nguy|912 ?345/);
    const { name, phone, phoneIndex } = registered('p1');
    expect(name && (await means.base.sealing.open('p1', 'name', name))).toBe('Nguyễn Văn An');
    expect(phone && (await means.base.sealing.open('p1', 'phone', phone))).toBe('+84912345678');
    expect(phoneIndex).toBe(means.base.master.phoneIndex('+84912345678'));
    expect(registered('p2')).toEqual({
      personId: 'p2',
      name: null,
      phone: null,
      phoneIndex: null,
      language: 'vi',
      householdId: null,
    });
  });

  it('registers nobody twice for the same details, though sealed ones never look the same', async () => {
    await importText(means, 'people', rows);
    const again = await importText(means, 'people', rows.replace('0912 345 678', '+84912345678'));

    expect(again).toMatchObject({ accepted: 2, new: 0 });
    expect(store.all.filter(({ type }) => type === 'PersonRegistered')).toHaveLength(2);
  });

  it.each([
    ['name', 'Nguyễn Văn An', 'Trần Văn An'],
    ['phone', '0912 345 678', '0912 345 679'],
    ['language', ',en,', ',vi,'],
    ['household', ',h1', ',h2'],
  ])('registers again if the %s differs', async (_, before, after) => {
    await importText(means, 'people', rows);

    expect(await importText(means, 'people', rows.replace(before, after))).toMatchObject({ new: 1 });
  });

  it('refuses people who were erased', async () => {
    store.erase('key-p1');

    expect(await importText(means, 'people', rows)).toMatchObject({ accepted: 1, rejected: 1 });
  });
});

describe('An import of places', () => {
  const rows =
    'place_id,name,kind,capacity,latitude,longitude,default_stay_minutes\nc,Cà phê,cafe,40,21.03,105.85,90\n';

  it('registers a place, corrects it, and ignores the same facts', async () => {
    expect(await importText(means, 'places', rows)).toMatchObject({ new: 1 });
    expect(await importText(means, 'places', rows)).toMatchObject({ new: 0 });
    expect(await importText(means, 'places', rows.replace(',40,', ',,'))).toMatchObject({ new: 1 });
    expect(store.all.map(({ type }) => type)).toEqual(['PlaceRegistered', 'PlaceCorrected']);
    expect(facts()[1]).toMatchObject({ data: { capacity: null, latitude: 21.03, defaultStayMinutes: 90 } });
  });
});

describe('An import of isolations', () => {
  it('records the start once, and the end when it is known', async () => {
    const rows = (end: string) => `person_id,started_at,ended_at\np1,2021-08-01T00:00:00Z,${end}\n`;
    await importText(means, 'isolations', rows(''));
    await importText(means, 'isolations', rows('2021-08-15T00:00:00Z'));
    await importText(means, 'isolations', rows('2021-08-15T00:00:00Z'));

    expect(store.all.map(({ type }) => type)).toEqual(['PersonIsolated', 'PersonReleased']);
  });
});

describe('An import of results', () => {
  const header =
    'sample_id,person_id,disease,collected_at,reported_at,result,onset_at,infectious_from,infectious_until,pool_size\n';
  const row = (result: string, disease = 'COVID-19') => `s1,p1,${disease},2021-08-01T00:00:00Z,,${result},,,,\n`;

  it('reports, corrects and retracts, and repeats nothing', async () => {
    const sheet = header + row('positive') + row('positive') + row('negative') + row('retracted') + row('retracted');
    expect(await importText(means, 'results', sheet)).toMatchObject({ accepted: 5, new: 3, rejected: 0 });

    expect(store.all.map(({ type }) => type)).toEqual([
      'SampleCollected',
      'TestResultReported',
      'TestResultCorrected',
      'TestResultRetracted',
    ]);
    expect(facts()[1]).toMatchObject({
      data: { disease: 'covid-19', reportedAt: '2021-08-01T00:00:00Z', poolSize: 1, infectiousFrom: null },
    });
  });

  it.each(['negative', 'retracted'])('changes nothing if a sheet that ends as %s is sent again', async (end) => {
    const sheet = header + row('positive') + row(end);
    await importText(means, 'results', sheet);
    const { length } = store.all;

    expect(await importText(means, 'results', sheet)).toMatchObject({ accepted: 2, new: 0 });
    expect(store.all).toHaveLength(length);
  });

  it('goes back to an earlier statement with a key', async () => {
    await importText(means, 'results', header + row('positive') + row('negative'));

    expect(await importText(means, 'results', header + row('positive'), { key: 'back' })).toMatchObject({ new: 1 });
    expect(facts().at(-1)).toMatchObject({ type: 'TestResultCorrected', data: { result: 'positive' } });
  });

  it('names statements that were superseded since, and reports that are older than the current one', async () => {
    const reported = (day: string, result: string) => row(result).replace(',,', `,2021-08-${day}T18:00:00Z,`);
    await importText(means, 'results', header + reported('12', 'positive') + reported('12', 'negative'));

    const again = await importText(means, 'results', header + reported('12', 'positive'));
    expect(again).toMatchObject({ accepted: 1, new: 0, superseded: 1, reportedEarlier: 0 });
    const late = await importText(means, 'results', header + reported('11', 'inconclusive'));
    expect(late).toMatchObject({ accepted: 1, new: 1, superseded: 0, reportedEarlier: 1 });
    const back = await importText(means, 'results', header + reported('12', 'positive'), { key: 'back' });
    expect(back).toMatchObject({ new: 1, superseded: 0, reportedEarlier: 0 });
  });

  it('holds results that the profile makes impossible for a person to decide, and says so', async () => {
    const old = row('positive').replace('positive,,', 'positive,2021-02-01T00:00:00Z,');
    expect(await importText(means, 'results', header + old)).toMatchObject({ accepted: 1, new: 1, held: 1 });
    expect(facts().at(-1)).toMatchObject({
      type: 'ResultHeld',
      data: { doubts: [expect.stringMatching(/^onset_at is 181 days before collected_at: beyond 90 days/)] },
    });
    expect(await importText(means, 'results', header + old)).toMatchObject({ accepted: 1, new: 0, held: 1 });
  });

  it('accepts a list with the newest first and a retraction above the result that it takes back', async () => {
    const sheet = header + row('retracted').replace(',,', ',2021-08-12T18:00:00Z,') + row('positive');

    expect(await importText(means, 'results', sheet)).toMatchObject({ accepted: 2, rejected: 0, reportedEarlier: 0 });
    expect(store.all.at(-1)?.type).toBe('TestResultRetracted');
  });

  it('refuses a result without a report time beside one that has it', async () => {
    const first = row('positive').replace(',,', ',2021-08-11T18:00:00Z,');
    const { refused } = await importText(means, 'results', header + first + row('negative'));
    // The row without a time comes first, so the order is that of the reports.
    expect(refused).toEqual([]);

    const later = await importText(means, 'results', header + row('inconclusive'));
    expect(later.refused).toMatchObject([
      { complaints: [{ column: 'reported_at', reason: expect.stringContaining('2021-08-11T18:00:00Z') }] },
    ]);
  });

  it('refuses a disease without a profile, and names those that have one and how to add another', async () => {
    const { refused } = await importText(means, 'results', header + row('positive', 'plague'));

    expect(refused).toMatchObject([
      { number: 2, complaints: [{ column: 'disease', fix: expect.stringMatching(/covid-19.*profiles add/) }] },
    ]);
    expect(store.all).toHaveLength(0);
  });

  it('refuses a retraction without a time of what was never reported', async () => {
    const { refused } = await importText(means, 'results', header + row('retracted'));

    expect(refused).toMatchObject([{ complaints: [{ column: 'result', reason: expect.stringContaining('s1') }] }]);
  });

  it('keeps a retraction of what was never reported, says so, and ignores an older result that arrives later', async () => {
    const timed = 'sample_id,person_id,disease,collected_at,reported_at,result\n';
    const at = (result: string, reported: string) => `s1,An,covid-19,2021-08-10T08:00:00Z,${reported},${result}\n`;
    const [earlier, between, later] = ['2021-08-10T12:00:00Z', '2021-08-11T09:00:00Z', '2021-08-12T09:00:00Z'];
    const retraction = timed + at('retracted', between);

    for (const added of [1, 0]) {
      const first = await importText(means, 'results', retraction);
      expect(first).toMatchObject({ accepted: 1, new: added, rejected: 0 });
      expect(first.remarks).toMatchObject([{ code: 'retracts-nothing', rows: 1, about: ['s1'], lines: [2] }]);
    }
    const late = await importText(means, 'results', timed + at('positive', earlier));
    expect(late).toMatchObject({ accepted: 1, reportedEarlier: 1, remarks: [] });
    expect((await importText(means, 'results', retraction)).remarks).toEqual([]);
    const word = async () => {
      const { state } = await load(means.base.store, sampleDecider, streams.sample('s1'));
      return state.words.get(wordKey('An', 'covid-19'))?.result?.result;
    };
    expect(await word()).toBeUndefined();
    expect(await importText(means, 'results', timed + at('positive', later))).toMatchObject({ reportedEarlier: 0 });
    expect(await word()).toBe('positive');
  });
});

describe('The file of refused rows', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'truyvet-rejects-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('keeps the columns and the quotes, says what is wrong, and can be imported after correction', async () => {
    const path = join(folder, 'places.csv.rejects.csv');
    const sheet =
      'name,place_id,kind,capacity\n"Quán ""Cũ"", Hà Nội",c1,cafe,many\n"two\nlines",c2,cafe,\nc,c3,cafe,-1\n';
    const summary = await importText(means, 'places', sheet, { rejectsPath: path });

    expect(summary).toMatchObject({ rows: 3, accepted: 0, rejected: 3, rejectsFile: path });
    expect(summary.refused.map(({ number }) => number)).toEqual([2, 3, 5]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const rejects = readFileSync(path, 'utf8');
    expect(rejects.split('\n')[0]).toBe('name,place_id,kind,capacity,row,column,reason,fix');
    expect(rejects).toContain('"Quán ""Cũ"", Hà Nội",c1,cafe,many,2,capacity,');

    const corrected = rejects.replace(',many,', ',12,').replace('"two\nlines"', 'two').replace(',-1,', ',1,');
    const again = await importText(means, 'places', corrected, { rejectsPath: path });
    expect(again).toMatchObject({ accepted: 3, rejected: 0, rejectsFile: null });
    expect(facts()[0]).toMatchObject({ data: { name: 'Quán "Cũ", Hà Nội', capacity: 12 } });
    expect(existsSync(path)).toBe(false);
  });

  it('contains JSON lines for JSON lines', async () => {
    const path = join(folder, 'rows.ndjson.rejects.ndjson');
    await writeFile(path, '{"person_id":"p9","row":1,"column":"started_at","reason":"is missing","fix":"Give it."}\n');
    const summary = await importText(
      means,
      'isolations',
      '{"person_id":"p1","started_at":"2021-08"}\n\n{"person_id":\n{"person_id":"p2","started_at":"2021-08-01T00:00:00Z"}\n[]\n',
      { rejectsPath: path },
    );

    expect(summary).toMatchObject({ rows: 4, accepted: 1, rejected: 3 });
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { person_id: 'p1', started_at: '2021-08', row: 1, column: 'started_at', fix: expect.stringContaining('time') },
      { line: '{"person_id":', row: 3, reason: expect.stringContaining('JSON') },
      { line: '[]', row: 5 },
    ]);
    const corrected = (lines[0] ?? '').replace('2021-08', '2021-08-01T00:00:00Z');
    expect(await importText(means, 'isolations', corrected)).toMatchObject({ accepted: 1, new: 1 });
  });
});
