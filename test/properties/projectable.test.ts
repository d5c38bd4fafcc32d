import { CATALOGUE } from '../support/events.js';
import { boot } from '../../src/entrypoints/boot.js';
import type { DomainEvent } from '../support/events.js';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import neo4j, { type Integer } from 'neo4j-driver';
import { presence } from '../../projections/presence.js';
import { LATEST_INSTANT } from '../../src/kernel/instant.js';
import { graphTypes } from '../../src/entrypoints/graph-types.js';
import { AsideRegister } from '../../src/contact-graph/aside-register.js';
import type { Driver } from '../../src/contact-graph/driver.js';
import { gateOf } from '../../src/contact-graph/gate.js';
import { inTransaction, type Tx } from '../../src/contact-graph/neo4j.js';
import { Numbering } from '../../src/contact-graph/numbering.js';
import { Preparation } from '../../src/contact-graph/preparation.js';
import { writeSlots } from '../../src/contact-graph/slot-writer.js';
import { staysOf } from '../../src/contact-graph/visit-rows.js';
import { Visits } from '../../src/contact-graph/visits.js';
import { DIARIES, SLOTS } from '../../src/contact-graph/checkpoints.js';
import { writeDiaries } from '../../src/contact-graph/diary-writer.js';
import { labelling } from '../../src/contact-graph/instances.js';
import type { EventStore, RecordedEvent } from '../../src/event-log/event-store.js';
import { idOf } from '../../src/kernel/ids.js';
import { answeringGraph } from '../support/answering-graph.js';
import { eventOf } from '../support/content.js';
import { assertWithSeeds } from '../support/seeds.js';
import { runs, seeded } from '../support/sizes.js';

/** Most bytes of an index key in Neo4j. */
const LONGEST_KEY = 8_100;
/** Fields of the graph that have an index, or are part of an index key. */
const INDEXED = new Set(
  ['id', 'key', 'caseId', 'personId', 'alertId', 'disease', 'reference', 'withdrawalReference', 'reminderId'].concat([
    'by',
    'reason',
    'household',
    'kindRuled',
  ]),
);

/** Fails for a value that the graph would not accept. */
function check(value: unknown, field: string): void {
  if (neo4j.isInt(value)) {
    if (value.toBigInt() >= 2n ** 62n || value.toBigInt() <= -(2n ** 62n)) throw new Error(`${field} is ${value}`);
  } else if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new Error(`${field} is ${value}`);
  } else if (typeof value === 'string') {
    if (INDEXED.has(field) && Buffer.byteLength(value) > LONGEST_KEY) throw new Error(`${field} is too long`);
    if (field !== 'name' && /\p{Surrogate}/u.test(value)) throw new Error(`${field} holds half of a character`);
  } else if (Array.isArray(value))
    value.forEach((each, i) => check(each, typeof each === 'string' && i === 0 && field !== 'doubts' ? 'id' : field));
  else if (value instanceof Int8Array || value === null || typeof value === 'boolean') return;
  else if (typeof value === 'object') for (const [name, each] of Object.entries(value)) check(each, name);
  else throw new Error(`${field} is ${typeof value}`);
}

const EPOCH = 'one';

/** An empty graph that accepts whatever a real graph would accept, and numbers the people and places of one batch. */
function emptyGraph(): Driver {
  return answeringGraph((query, parameters) => {
    for (const [name, value] of Object.entries(parameters)) check(value, name);
    const { ids, created } = parameters as { ids?: string[]; created?: [string, Integer][] };
    if (query.includes('SET g.numbering = true')) return [{ next: 1, epoch: EPOCH }];
    if (query.includes('coalesce(n.number, -1)') && ids) {
      const none = ids.map(() => -1);
      return [{ numbers: none, nodes: [...none], stays: none, kinds: ids.map(() => '') }];
    }
    if (query.startsWith('UNWIND $created') && created) {
      return [{ nodes: created.map(([, number]) => number.toNumber()) }];
    }
    return [];
  });
}

/** Everything that the projector computes from these events, up to the values for Neo4j. */
async function project(events: readonly DomainEvent[]): Promise<void> {
  const driver = emptyGraph();
  gateOf(driver).opened();
  const recorded = events.map((event, i): RecordedEvent => ({
    ...event,
    ...{ id: idOf('projectable', String(i)), stream: `s-${i % 3}`, revision: i },
    position: { commit: BigInt(i + 1), prepare: BigInt(i + 1) },
    provenance: { source: 'test', laboratory: true },
    recordedAt: new Date('2026-11-20T00:00:00Z'),
  }));
  const store: Pick<EventStore, 'read'> = {
    read: async function* ({ events }, from = 0) {
      if (from < 0) throw new Error(`there is no revision ${from}`);
      for (const event of recorded) if (event.revision >= from && events.includes(event)) yield event;
    },
  };
  const label = labelling([]);
  const numbering = new Numbering(driver, EPOCH, label);
  const preparation = new Preparation({
    ...{ driver, numbering, factProjections: (await graphTypes()).facts, aside: new AsideRegister(CATALOGUE) },
    rows: { projection: presence, visits: new Visits(driver, label), stays: staysOf(presence), label },
    settle: () => Promise.resolve(),
  });
  const { position } = recorded.at(-1) as RecordedEvent;
  const prepared = await preparation.of({ events: recorded, position }, new Map());
  expect(prepared.aside).toEqual([]);
  await inTransaction(driver, 'write', async (tx) => {
    for (const i of SLOTS.keys()) {
      const changes = prepared.changes.slots(i);
      for (const segment of [...changes.values()].flat().map((each) => each.segment)) {
        if (segment && !(segment.from >= 0 && segment.to > segment.from && segment.to <= LATEST_INSTANT)) {
          throw new Error(`a stay from ${segment.from} to ${segment.to}`);
        }
      }
      await writeSlots(tx, label, changes);
    }
    for (const i of DIARIES.keys()) await writeDiaries(tx, label, prepared.changes.diaries(i));
    const context = { tx, apart: <T>(write: (tx: Tx) => Promise<T>) => write(tx), numbering, store, label };
    for (const { projection, events } of prepared.facts) await projection.write(context, events);
  });
}

describe('Every event that the catalogue accepts', () => {
  it.each([...CATALOGUE])('can be projected, whatever it contains: $type', async (type) => {
    await assertWithSeeds(fc.asyncProperty(fc.array(eventOf(type), { minLength: 1, maxLength: 4 }), project), {
      ...seeded(runs(30)),
    });
  });

  it('can be projected among other events about the same things', async () => {
    const { catalogue } = await boot();
    const any = fc.constantFrom(...catalogue).chain(eventOf);
    await assertWithSeeds(fc.asyncProperty(fc.array(any, { minLength: 5, maxLength: 30 }), project), {
      ...seeded(runs(40)),
    });
  });
});
