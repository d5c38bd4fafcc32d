import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ANY, NO_STREAM, STREAM_EXISTS } from '../src/format/requests.js';
import { prefixFilter } from '../src/store/filter.js';
import { Scavenger } from '../src/store/scavenge.js';
import { Store } from '../src/store/store.js';
import {
  append,
  idOf,
  inFolder,
  proposed,
  readAll,
  readAllBackwards,
  readStream,
  readStreamBackwards,
  remove,
} from './harness.js';
import { Model, type ModelEvent, type ModelOutcome } from './model.js';
import { seeded, storeRuns } from './sizes.js';

interface Append {
  stream: string;
  ids: number[];
  expected: number;
  size: number;
}

type Step =
  | { do: 'append'; burst: Append[] }
  | { do: 'limit'; stream: string; truncateBefore: number; maxCount: number }
  | { do: 'delete' | 'tombstone'; stream: string }
  | { do: 'reopen'; rebuild: boolean }
  | { do: 'scavenge' };

const stream = fc.constantFrom('a', 'b', 'bệnh-viện');
const oneAppend: fc.Arbitrary<Append> = fc.record({
  stream,
  ids: fc.array(fc.nat(25), { minLength: 1, maxLength: 5 }),
  expected: fc.oneof(fc.constantFrom(ANY, NO_STREAM, STREAM_EXISTS), fc.nat(12)),
  size: fc.constantFrom(2, 300, 9_000),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('append' as const),
      burst: fc.array(oneAppend, { minLength: 1, maxLength: 4 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('limit' as const),
      stream,
      truncateBefore: fc.nat(10),
      maxCount: fc.constantFrom(Infinity, 1, 4),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), stream }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('tombstone' as const), stream }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('reopen' as const), rebuild: fc.boolean() }) },
  { weight: 2, arbitrary: fc.constant({ do: 'scavenge' as const }) },
);

let made = 0;
const isMade = (type: string): boolean => type.startsWith('$');
const plain = (event: { id: string; type: string; data: string }): string =>
  // The node generates ids and content of its own events, which the model does not know.
  isMade(event.type) ? event.type : `${event.type} ${event.id} ${event.data}`;
const shown = (events: ModelEvent[]): string[] => events.filter((event) => !event.erased).map(plain);

async function take(store: Store, model: Model, action: Exclude<Step, { do: 'reopen' }>): Promise<void> {
  if (action.do === 'scavenge') {
    const { erasedEvents } = await new Scavenger(store).scavenge();
    expect(erasedEvents).toBe(model.scavenge());
    return;
  }
  if (action.do === 'append') {
    // All at once, so that they are decided together, like those of concurrent callers.
    const outcomes = action.burst.map(({ stream: name, ids, expected, size }) => {
      const data = JSON.stringify('x'.repeat(size));
      const events = ids.map((id) => proposed(idOf(id), 'E', data));
      return append(store, name, events, expected);
    });
    const wanted = action.burst.map(({ stream: name, ids, expected, size }) =>
      model.append(name, ids.map(idOf), expected, JSON.stringify('x'.repeat(size))),
    );
    expect(await Promise.all(outcomes)).toMatchObject(wanted);
    return;
  }
  let wanted: ModelOutcome;
  let outcome;
  if (action.do === 'limit') {
    const { truncateBefore, maxCount } = action;
    wanted = model.setMetadata(action.stream, truncateBefore, maxCount);
    const json = JSON.stringify({ $tb: truncateBefore, ...(maxCount === Infinity ? {} : { $maxCount: maxCount }) });
    outcome = await append(store, `$$${action.stream}`, [proposed(idOf(1_000 + made++), '$metadata', json)]);
  } else {
    wanted = action.do === 'delete' ? model.delete(action.stream) : model.tombstone(action.stream);
    outcome = await remove(store, action.do, action.stream);
  }
  if (wanted.kind !== 'done' || action.do === 'tombstone') expect(outcome).toMatchObject({ kind: wanted.kind });
  else expect(outcome).toMatchObject(wanted);
}

function compare(store: Store, model: Model): void {
  const all = readAll(store);
  expect(all.map(plain)).toEqual(shown(model.all));
  const positions = all.map(({ position }) => position);
  expect(positions).toEqual([...positions].sort((a, b) => a - b));
  expect(readAllBackwards(store)).toEqual([...all].reverse());
  const middle = all[Math.floor(all.length / 2)];
  if (middle !== undefined) {
    const after = all.filter(({ position }) => position >= middle.position);
    expect(readAll(store, middle.position)).toEqual(after);
    expect(readAllBackwards(store, middle.position)).toEqual(all.slice(0, all.length - after.length).reverse());
  }
  expect(readAll(store, 0, prefixFilter('stream', ['b'])).length).toBe(
    shown(model.all.filter((event) => event.stream.startsWith('b'))).length,
  );
  for (const name of ['a', 'b', 'bệnh-viện']) {
    if (store.index.head(name)?.tombstoned) continue;
    const events = readStream(store, name);
    expect(events.map(plain)).toEqual(shown(model.read(name)));
    expect(readStreamBackwards(store, name)).toEqual([...events].reverse());
    expect(readStream(store, name, 3).map(plain)).toEqual(shown(model.read(name).filter((e) => e.revision >= 3)));
  }
}

describe('The store', () => {
  it(
    'answers and stores the same as a simple model in memory, whatever is done to it and however it is reopened',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
          await inFolder(async (dir) => {
            const model = new Model();
            let store = await Store.open(dir);
            try {
              for (const action of steps) {
                if (action.do === 'reopen') {
                  await store.close();
                  if (action.rebuild) rmSync(join(dir, 'index'), { recursive: true });
                  store = await Store.open(dir);
                } else await take(store, model, action);
                compare(store, model);
              }
            } finally {
              await store.close();
            }
          });
        }),
        seeded(storeRuns),
      );
    },
    60_000 + storeRuns * 1_000,
  );

  it('opens with an empty note of its format, which a crash of the machine may leave, and writes it again', async () => {
    await inFolder(async (dir) => {
      const note = join(dir, 'format.json');
      const first = await Store.open(dir);
      await append(first, 'a', [proposed(idOf(1))]);
      await first.close();
      const said = readFileSync(note, 'utf8');
      writeFileSync(note, '');
      const again = await Store.open(dir);
      expect(readAll(again).map(({ id }) => id)).toEqual([idOf(1)]);
      await again.close();
      expect(readFileSync(note, 'utf8')).toBe(said);
      expect(JSON.parse(said)).toHaveProperty('format');
    });
  });
});
