import type { EventStore } from '../../../src/event-log/event-store.js';
import { placeKindsStream } from '../../../src/places/events.js';
import { placeKindDecider, type PlaceKindRule } from '../../../src/places/place-kind.js';
import { handle } from '../../../src/event-log/handle.js';
import type { CheckedOut } from '../../../src/presence/events.js';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { CheckInRow } from '../../../src/presence/presence.js';
import { checkIns } from '../../../src/presence/store-check-ins.js';
import { storeRow } from '../../../src/intake/store-rows.js';
import type { Origin, Scanning } from '../../../src/intake/outcome.js';
import type { Means } from '../../../src/requests/context.js';
import { visitIdOf } from '../../../src/presence/ids.js';
import { importText, meansOver } from '../../support/ingest.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';

const ruleKind = (store: EventStore, kind: string, rule: Partial<PlaceKindRule>) =>
  handle(store, placeKindDecider, placeKindsStream(), { kind, rule }, { source: 'test' });

let store: MemoryEventStore;
let means: Means;
beforeEach(() => {
  store = new MemoryEventStore();
  means = meansOver(store);
});

const OFF: Scanning = { closeByNext: 'by-kind', doubleScanMinutes: 0 };
const CLOSING: Scanning = { ...OFF, closeByNext: 'unless-kind' };
const at = (clock: string): string => (clock.includes('T') ? `${clock}:00Z` : `2021-08-10T${clock}:00Z`);

function row(placeId: string, arrived: string, left?: string): CheckInRow {
  const leftAt = left === undefined ? null : at(left);
  return { personId: 'p', placeId, arrivedAt: at(arrived), leftAt, seat: null, visitId: undefined };
}

async function scan(scanning: Scanning, ...rows: CheckInRow[]): Promise<(string | undefined)[]> {
  const origin: Origin = { provenance: { source: 'api', correlationId: 'request' }, scanning };
  const ids: (string | undefined)[] = [];
  for (const each of rows) ids.push((await storeRow(means, checkIns, each, origin)).visitId);
  return ids;
}

const placeOf = (placeId: string, kind: string, stay = '') =>
  importText(means, 'places', `place_id,name,kind,default_stay_minutes\n${placeId},x,${kind},${stay}\n`);

const checkOuts = () =>
  store.all.flatMap((event) =>
    event.type === 'CheckedOut'
      ? [[event.data.placeId, event.data.leftAt.slice(0, 16).replace(/^2021-08-10T/, '')]]
      : [],
  );

describe('A check-in elsewhere', () => {
  it('ends a stay that would still be in progress, and says why', async () => {
    await scan(CLOSING, row('cafe', '09:00'), row('market', '09:30'));

    const [cafe, market, closed] = store.all;
    expect(closed).toMatchObject({
      type: 'CheckedOut',
      stream: 'presence-p-202108',
      data: { visitId: (cafe?.data as CheckedOut['data']).visitId, placeId: 'cafe', leftAt: at('09:30') },
      provenance: { source: 'close-by-next', causationId: market?.id, correlationId: 'request' },
    });
    expect(store.all).toHaveLength(3);
  });

  it('ends nothing unless configured', async () => {
    await scan(OFF, row('cafe', '09:00'), row('market', '09:30'));
    expect(checkOuts()).toEqual([]);
  });

  it.each<[string, CheckInRow[]]>([
    ['with a known end', [row('cafe', '09:00', '11:00'), row('market', '09:30')]],
    ['at the same place', [row('cafe', '09:00'), row('cafe', '09:30')]],
    ['that begins at the same moment', [row('cafe', '09:00'), row('market', '09:00')]],
    ['that is considered over by then', [row('cafe', '09:00'), row('market', '10:00')]],
    ['from the previous month', [row('cafe', '2021-07-01T09:00'), row('market', '09:30')]],
  ])('does not change a stay %s', async (_, rows) => {
    await scan(CLOSING, ...rows);
    expect(checkOuts()).toEqual([]);
  });

  it('ends a stay that began before the month', async () => {
    await scan(CLOSING, row('cafe', '2021-07-31T23:50'), row('market', '2021-08-01T00:10'));
    expect(checkOuts()).toEqual([['cafe', '2021-08-01T00:10']]);
    expect(store.all.at(-1)?.stream).toBe('presence-p-202107');
  });

  it('that arrives late ends the stay before it earlier, and is itself ended by the one after it', async () => {
    await scan(CLOSING, row('cafe', '09:00'), row('pool', '09:40'), row('market', '09:20'));
    expect(checkOuts()).toEqual([
      ['cafe', '09:40'],
      ['cafe', '09:20'],
      ['market', '09:40'],
    ]);
  });

  it('adds nothing when it is sent again', async () => {
    const rows = [row('cafe', '09:00'), row('market', '09:30')];
    await scan(CLOSING, ...rows);
    await scan(CLOSING, ...rows);
    expect(store.all).toHaveLength(3);
  });

  it('that was stored before a crash ends the stay when it is sent again', async () => {
    await scan(OFF, row('cafe', '09:00'), row('market', '09:30'));
    await scan(CLOSING, row('market', '09:30'));
    expect(checkOuts()).toEqual([['cafe', '09:30']]);
  });

  it('gives way to a check-out that is reported later', async () => {
    await scan(CLOSING, row('cafe', '09:00'), row('market', '09:30'), row('cafe', '09:00', '09:10'));
    await scan(CLOSING, row('pool', '09:05'));
    // The check-out holds although the person was at the pool by 09:05, because somebody reported it.
    expect(checkOuts()).toEqual([
      ['cafe', '09:30'],
      ['pool', '09:30'],
    ]);
  });

  it('reaches as far as a place keeps people, by its own value or that of its kind', async () => {
    await placeOf('ward', 'Hospital');
    await placeOf('cafe', 'hospital', '30');
    await ruleKind(store, 'hospital', { stayMinutes: 600 });
    await scan(CLOSING, row('ward', '09:00'), row('cafe', '18:59'), row('market', '19:28'));
    expect(checkOuts()).toEqual([
      ['ward', '18:59'],
      ['cafe', '19:28'],
    ]);
    await scan(CLOSING, row('cafe', '20:00'), row('market', '20:30'));
    expect(checkOuts().slice(2)).toEqual([['market', '20:00']]);
  });

  it.each<[boolean, Scanning, number]>([
    [true, OFF, 1],
    [true, { ...OFF, closeByNext: 'never' }, 0],
    [false, CLOSING, 0],
  ])(
    "ends stays of a kind with the rule %j, whatever the tenant's rule (%j)",
    async (closedByNext, scanning, ended) => {
      await placeOf('cafe', 'cafe');
      await ruleKind(store, 'cafe', { closedByNext });
      await scan(scanning, row('cafe', '09:00'), row('market', '09:30'));
      expect(checkOuts()).toHaveLength(ended);
    },
  );

  it('in a file ends nothing, unless the import asks for it', async () => {
    await placeOf('cafe', 'cafe');
    await ruleKind(store, 'cafe', { closedByNext: true });
    const rows = 'person_id,place_id,arrived_at,left_at\n'.concat(
      `p,market,${at('09:30')},\np,cafe,${at('09:00')},\nq,cafe,${at('09:00')},\n`,
    );
    await importText(means, 'check-ins', rows);
    expect(checkOuts()).toEqual([]);
    await importText(means, 'check-ins', rows, { scanning: CLOSING });
    expect(checkOuts()).toEqual([['cafe', '09:30']]);
  });
});

describe('A second scan at a place within minutes', () => {
  const DOUBLE: Scanning = { ...OFF, doubleScanMinutes: 5 };

  it('is the visit of the first, under its id', async () => {
    const [first, second, third] = await scan(DOUBLE, row('cafe', '09:00'), row('cafe', '09:05'), row('cafe', '08:55'));
    expect(first).toBe(visitIdOf('api', { personId: 'p', placeId: 'cafe', arrivedAt: at('09:00') }));
    expect([second, third]).toEqual([first, first]);
    expect(store.all).toHaveLength(1);
  });

  it.each<[string, CheckInRow[]]>([
    ['later than that', [row('cafe', '09:00'), row('cafe', '09:06')]],
    ['at another place', [row('cafe', '09:00'), row('market', '09:01')]],
    ['after the first stay ended', [row('cafe', '09:00', '09:02'), row('cafe', '09:02')]],
  ])('is a separate visit %s', async (_, rows) => {
    const [first, second] = await scan(DOUBLE, ...rows);
    expect(second).not.toBe(first);
    expect(store.all).toHaveLength(2);
  });

  it('ends the visit if it has a departure time, once', async () => {
    const rows = [row('cafe', '09:00'), row('cafe', '09:01', '09:50')];
    await scan(DOUBLE, ...rows);
    await scan(DOUBLE, ...rows);
    expect(checkOuts()).toEqual([['cafe', '09:50']]);
  });

  it('makes two visits if nothing is configured', async () => {
    await scan(OFF, row('cafe', '09:00'), row('cafe', '09:01'));
    expect(store.all).toHaveLength(2);
  });

  it('is recognised across midnight into another month, and in one batch', async () => {
    const rows = ['2021-07-31T23:59', '2021-08-01T00:01', '2021-08-01T00:02'].map((each) => `p,cafe,${at(each)},`);
    const text = `person_id,place_id,arrived_at,left_at\n${rows[0]}\n`;
    await importText(means, 'check-ins', text, { scanning: DOUBLE });
    await importText(means, 'check-ins', text.replace(rows[0] as string, rows.slice(1).join('\n')), {
      scanning: DOUBLE,
    });
    expect(store.all).toHaveLength(1);
  });
});
