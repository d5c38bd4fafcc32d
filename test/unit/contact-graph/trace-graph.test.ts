import { describe, expect, it } from '@jest/globals';
import { OutOfStep } from '../../../src/contact-graph/checkpoints.js';
import type { Driver } from '../../../src/contact-graph/driver.js';
import { gateOf } from '../../../src/contact-graph/gate.js';
import { Packer, slotKey } from '../../../src/contact-graph/packed.js';
import { TraceCache, withTraceGraph } from '../../../src/contact-graph/trace-graph.js';
import { MIDNIGHT } from '../../oracle/worlds.js';
import { answeringGraph } from '../../support/answering-graph.js';

const KEY = slotKey(1, MIDNIGHT / 86_400);

/** The bytes of one visit of a person. */
function visitOf(person: number): Int8Array {
  const packer = new Packer(KEY);
  packer.add(person, person, person, MIDNIGHT, MIDNIGHT + 60, false);
  return Int8Array.from(packer.bytes());
}

type Row = Record<string, unknown>;
interface PartsRead {
  parts: Int8Array[];
  packed: Int8Array | null;
}

/** A Neo4j with one slot of three visits, as single queries see it while others commit. */
function driverOf(first: { packed: Int8Array | never[]; parts: number }, ...reads: PartsRead[]): Driver {
  const length = 3 * visitOf(1).byteLength;
  const answer = (query: string): Row[] => {
    if (query.includes(':PART]'))
      return [{ key: KEY, length, seats: null, ...(reads.length > 1 ? reads.shift() : reads[0]) }];
    if (query.includes('$groups')) {
      return [{ keys: [KEY], packed: [first.packed], parts: [first.parts], lengths: [length], seated: [] }];
    }
    return query.includes(':Graph') ? [{ epoch: 'one', storeId: 'log', format: 1, stamp: null, checkpoints: [] }] : [];
  };
  return answering(answer);
}

/** A Neo4j with a complete schema that answers queries with this function. */
function answering(answer: (query: string) => Row[]): Driver {
  const driver = answeringGraph(answer);
  gateOf(driver).opened();
  return driver;
}

async function peopleRead(driver: Driver): Promise<number[]> {
  const slots = await withTraceGraph(driver, new TraceCache(10_000), (graph) => graph.slots([KEY]));
  return [...(slots.get(KEY)?.persons ?? [])].sort();
}

describe('A slot that is read while a part of it is moved away', () => {
  const whole = { parts: [visitOf(1), visitOf(2)], packed: visitOf(3) };

  it('is read again if the part was neither among the parts nor the open one', async () => {
    const torn = { parts: [visitOf(1)], packed: visitOf(3) };
    expect(await peopleRead(driverOf({ packed: [], parts: 1 }, torn, torn, whole))).toEqual([1, 2, 3]);
  });

  it('is read again if it seemed to have no parts yet', async () => {
    expect(await peopleRead(driverOf({ packed: [], parts: 0 }, whole))).toEqual([1, 2, 3]);
    expect(await peopleRead(driverOf({ packed: visitOf(3), parts: 0 }, whole))).toEqual([1, 2, 3]);
  });

  it('gives no answer if it stays shorter than the graph says', async () => {
    const torn = { parts: [visitOf(1)], packed: null };
    await expect(peopleRead(driverOf({ packed: [], parts: 1 }, torn))).rejects.toThrow(OutOfStep);
  });
});

describe('A trace during which a projection was rebuilt', () => {
  const made = { again: false, state: 'active', wanted: false, trouble: null, given: null };
  const proximity = { ...made, name: 'proximity', partition: 'facts', owns: ['NEAR'], commit: '1', prepare: '1' };
  const brake = { ...made, name: 'brake', partition: 'facts', owns: ['AlertHour'], commit: '1', prepare: '1' };

  /** Visits have a checkpoint for each of their writers; these were rebuilt before. */
  const visits = ['slots-0_v2_again', 'slots-1_v2_again'].map((partition) => ({
    ...{ ...proximity, name: 'presence', again: true, owns: ['Slot'], partition },
  }));

  /** Asks for meetings twice in each run; in the middle of the first, other rows replace some of them. */
  async function namesAsked(replaced: 'proximity' | 'brake', { fails = false } = {}): Promise<string[]> {
    const asked: string[] = [];
    let version = 1;
    const driver = answering((query) => {
      const rows = [proximity, brake, ...visits].map((row) => ({
        ...row,
        version: row.name === 'presence' ? 2 : row.name === replaced ? version : 1,
      }));
      if (query.includes(':Graph')) {
        return [{ epoch: 'one', storeId: 'log', format: 1, stamp: null, checkpoints: rows }];
      }
      if (query.includes(':Checkpoint')) return rows;
      const [, name] = /\[n:(\w+)\]/.exec(query) ?? [];
      if (name !== undefined) asked.push(name);
      return [];
    });
    await withTraceGraph(driver, new TraceCache(10_000), async (graph) => {
      await graph.movements([{ number: 1, after: 0 }], null);
      if (fails && (version === 1 || replaced === 'brake')) {
        version = 2;
        throw new OutOfStep('a part of a slot is gone');
      }
      version = 2;
      await graph.movements([{ number: 1, after: 0 }], null);
    });
    return asked;
  }

  it('is run again, and uses the same names throughout', async () => {
    expect(await namesAsked('proximity')).toEqual(['NEAR', 'NEAR', 'NEAR_v2', 'NEAR_v2']);
  });

  it('is run again when it failed for lack of rows that were replaced, and not of others', async () => {
    expect(await namesAsked('proximity', { fails: true })).toEqual(['NEAR', 'NEAR_v2', 'NEAR_v2']);
    await expect(namesAsked('brake', { fails: true })).rejects.toThrow('a part of a slot is gone');
  });

  it('is not run again because of rows that it does not read', async () => {
    expect(await namesAsked('brake')).toEqual(['NEAR', 'NEAR']);
  });
});
