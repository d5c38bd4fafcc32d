import { anyStream } from '../../support/events.js';
import { CATALOGUE } from '../../support/catalogue.js';
import { describe, expect, it } from '@jest/globals';
import { EventStoreDBClient } from '@eventstore/db-client';
import { randomUUID } from 'node:crypto';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { requireLogOf } from '../../../src/entrypoints/same-log.js';
import type { LogMark, MarkedEvent, Position } from '../../../src/event-log/event-store.js';
import { EventStoreClient } from '../../../src/event-log/eventstore-client.js';
import { guardLog, replacedSince, type Derived } from '../../../src/event-log/log-guard.js';
import { readMark, writeMark } from '../../../src/event-log/log-mark.js';
import { startEventLogNode } from '@truyvet/event-log-node/server';
import { scavenge } from '../../support/log-calls.js';
import { inFolder } from '../../../packages/event-log-node/test/harness.js';

/** Serves a log in a folder, in its current state, for the duration of the work. */
async function served<T>(dir: string, work: (store: EventStoreClient) => Promise<T>): Promise<T> {
  const node = await startEventLogNode({ port: 0, dataDir: dir });
  const store = new EventStoreClient(node.connectionString(), CATALOGUE);
  try {
    return await work(store);
  } finally {
    await store.close();
    await node.close();
  }
}

async function isolate(store: EventStoreClient, personId: string, id: string = randomUUID()): Promise<void> {
  const event = { type: 'PersonIsolated' as const, data: { personId, startedAt: '2021-08-01T00:00:00Z' } };
  await store.append(anyStream(`person-${personId}`), [{ id, event, provenance: { source: 'test' } }], 'any');
}

/** Derived data in the form of text; it records when it has to be rebuilt. */
interface List extends Derived {
  mark: string | undefined;
  passed: Position | undefined;
  given: MarkedEvent | undefined;
  again: string[];
}

function derived(): List {
  return {
    mark: undefined,
    passed: undefined,
    given: undefined,
    again: [],
    whose: 'the list was made',
    known() {
      const { passed } = this;
      const given = this.given ? [this.given] : [];
      return Promise.resolve({ mark: this.mark === undefined ? undefined : readMark(this.mark), passed, given });
    },
    keep(mark: LogMark) {
      this.mark = writeMark(mark);
      return Promise.resolve();
    },
    makeAgain({ standing }) {
      this.again.push(standing);
      this.mark = undefined;
      this.passed = undefined;
      this.given = undefined;
      return Promise.resolve();
    },
  };
}

/** Checks the log once; returns the log lines. */
async function look(store: EventStoreClient, list: Derived): Promise<string[]> {
  const said: string[] = [];
  const stop = new AbortController();
  const fail = (error: unknown): void => {
    said.push(String(error));
  };
  const guarding = guardLog({
    store,
    derived: [list],
    say: (text) => said.push(text),
    onError: fail,
    signal: stop.signal,
    every: 60_000,
  });
  // The first check is in progress; it ends before the pause that the signal interrupts.
  stop.abort();
  await guarding;
  return said;
}

const put = (from: string, to: string): void => {
  rmSync(to, { recursive: true, force: true });
  cpSync(from, to, { recursive: true, filter: (path) => !path.includes('lock') });
};

/** A log of An that is copied, continues with Binh, and is replaced by the copy. */
async function withOlderCopy(
  known: (store: EventStoreClient) => Promise<void>,
  then: (store: EventStoreClient) => Promise<void>,
): Promise<void> {
  await inFolder(async (dir) => {
    const [live, backup] = [join(dir, 'live'), join(dir, 'backup')];
    await served(live, (store) => isolate(store, 'An'));
    put(live, backup);
    await served(live, async (store) => {
      await isolate(store, 'Binh');
      await known(store);
    });
    put(backup, live);
    await served(live, then);
  });
}

describe('Data derived from the event log', () => {
  it('is kept while the log only grows, even over restarts', async () => {
    await inFolder(async (dir) => {
      const list = derived();
      await served(dir, async (store) => {
        await isolate(store, 'An');
        expect(await look(store, list)).toEqual([]);
        expect(list.mark).toContain('"hash"');
        await isolate(store, 'Binh');
      });
      await served(dir, async (store) => {
        expect(await look(store, list)).toEqual([]);
        expect(list.mark).toContain('person-Binh');
      });
      expect(list.again).toEqual([]);
    });
  });

  it('is rebuilt if an older copy is restored, even one that has grown beyond the old end meanwhile', async () => {
    for (const grown of [0, 5]) {
      const list = derived();
      const known = async (store: EventStoreClient) => {
        expect(await look(store, list)).toEqual([]);
        await requireLogOf(store, list);
      };
      await withOlderCopy(known, async (store) => {
        for (let i = 0; i < grown; i++) await isolate(store, `Chi${i}`);
        // A caller is informed too, if nothing is running that would rebuild the data.
        await expect(requireLogOf(store, list)).rejects.toMatchObject({
          message: expect.stringMatching(/older copy|is not the one/),
          fix: expect.stringMatching(/npm start.*import again/),
        });
        const [text] = await look(store, list);
        expect(text).toMatch(grown === 0 ? /ends at position \d+, before position \d+.*older copy/ : /is not the one/);
        expect(list.again).toEqual([grown === 0 ? 'shorter' : 'other']);
        // Only once: from then on, this log is the known one.
        expect(await look(store, list)).toEqual([]);
        expect(await look(store, list)).toEqual([]);
        expect(list.again).toHaveLength(1);
      });
    }
  });

  it('is rebuilt if only its position shows it, because an earlier version stored no mark', async () => {
    const list = derived();
    const known = async (store: EventStoreClient) => {
      list.passed = (await store.end())?.position;
      await requireLogOf(store, list);
    };
    await withOlderCopy(known, async (store) => {
      await expect(requireLogOf(store, list)).rejects.toThrow(/older copy/);
      expect(await look(store, list)).toEqual([expect.stringMatching(/ends at position \d+, before position \d+/)]);
      expect(list.again).toEqual(['shorter']);
      expect(list.mark).toBeUndefined();
      // From then on, the data is derived from this log.
      expect(await look(store, list)).toEqual([]);
      expect(list.mark).toContain('person-An');
    });
  });

  it('is rebuilt if only the last event that went into it shows it, because the mark is too old', async () => {
    for (const grown of [0, 5]) {
      const list = derived();
      const known = async (store: EventStoreClient) => {
        list.given = (await store.end())?.event;
        await requireLogOf(store, list);
      };
      await withOlderCopy(known, async (store) => {
        for (let i = 0; i < grown; i++) await isolate(store, `Chi${i}`);
        await expect(requireLogOf(store, list)).rejects.toThrow(grown === 0 ? /older copy/ : /is not the one/);
        expect(await look(store, list)).toEqual([expect.stringMatching(/position \d+/)]);
        expect(list.again).toEqual([grown === 0 ? 'shorter' : 'other']);
        expect(await look(store, list)).toEqual([]);
      });
    }
  });

  it('is rebuilt if one of its readers received events that the log lost, and another has continued in it', async () => {
    let [lost, kept]: (MarkedEvent | undefined)[] = [];
    const known = async (store: EventStoreClient) => void (lost = (await store.end())?.event);
    await withOlderCopy(known, async (store) => {
      for (const person of ['Chi', 'Dung', 'Em']) await isolate(store, person);
      kept = (await store.end())?.event;
      expect(await replacedSince(store, { mark: undefined, given: [kept!] })).toBeUndefined();
      expect(await replacedSince(store, { mark: undefined, given: [kept!, lost!] })).toMatchObject({
        standing: 'other',
      });
    });
  });

  it('is kept if the last event that went into it was erased or cut off since, and not if another event was', async () => {
    await inFolder(async (dir) => {
      const node = await startEventLogNode({ port: 0, dataDir: dir });
      const store = new EventStoreClient(node.connectionString(), CATALOGUE);
      const admin = EventStoreDBClient.connectionString(node.connectionString('admin'));
      try {
        for (const person of ['An', 'Binh', 'Binh']) await isolate(store, person);
        const given = (await store.end())!.event;
        await isolate(store, 'Chi');
        await admin.setStreamMetadata(given.stream, { truncateBefore: given.revision });
        await scavenge(node.connectionString('admin'));
        expect(await store.standing({ event: given })).toBe('same');
        // An event above the cut cannot have been removed by it.
        const elsewhere = {
          ...given,
          position: { commit: given.position.commit + 1n, prepare: given.position.prepare + 1n },
        };
        expect(await store.standing({ event: { ...elsewhere, revision: 7 } })).toBe('other');
        await admin.setStreamMetadata(given.stream, { truncateBefore: given.revision + 1 });
        await scavenge(node.connectionString('admin'));
        expect(await store.standing({ event: given })).toBe('same');
        // The truncation was overwritten, and the remaining events begin above the event.
        await isolate(store, 'Binh');
        await admin.setStreamMetadata(given.stream, { customMetadata: true });
        expect(await store.standing({ event: given })).toBe('same');
        await admin.tombstoneStream('person-An');
        expect(await store.standing({ event: { ...elsewhere, stream: 'person-An', revision: 0 } })).toBe('same');
      } finally {
        await store.close();
        await admin.dispose();
        await node.close();
      }
    });
  });

  it('is rebuilt by position and event alone on a server without a chain', async () => {
    let mark: LogMark | undefined;
    const known = async (store: EventStoreClient) => {
      mark = { event: (await store.mark())!.event };
      expect(await store.standing(mark)).toBe('same');
      await isolate(store, 'Chi');
      expect(await store.standing(mark)).toBe('same');
    };
    await withOlderCopy(known, async (store) => {
      expect(await store.standing(mark!)).toBe('shorter');
      for (const person of ['Dung', 'Em', 'Giang']) await isolate(store, person);
      expect(await store.standing(mark!)).toBe('other');
    });
  });
});
