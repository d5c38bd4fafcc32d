import type { Stream } from '../../../src/kernel/stream.js';
import type { Event } from '../../../src/kernel/event.js';
import { type DomainEvent, anyStream, streams } from '../../support/events.js';
import { describe, expect, it } from '@jest/globals';
import { addToContactList, emptyContactList } from '../../../src/tracing/contacts.js';
import { idOf } from '../../../src/kernel/ids.js';
import { ContactLists } from '../../../src/tracing/contact-lists.js';
import { exchangeable } from '../../support/exchangeable-log.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';

const retracted = (caseId: string): DomainEvent => ({ type: 'CaseRetracted', data: { caseId, reason: 'a test' } });
const part = (caseId: string, traceId: string): DomainEvent => ({
  type: 'ContactsTraced',
  data: { caseId, traceId, index: 0, found: [], gone: [], factors: [], factorsGone: [] },
});
const withdrawn = (caseId: string): DomainEvent => ({ type: 'CaseEvidenceWithdrawn', data: { caseId, sampleId: 's' } });

class CountingStore extends MemoryEventStore {
  readonly reads: number[] = [];
  failing = false;

  async put(caseId: string, event: DomainEvent): Promise<void> {
    const id = idOf('test', String(this.all.length));
    await this.append(anyStream(`case-${caseId}`), [{ id, event, provenance: { source: 'test' } }], 'any');
  }

  override async *read<E extends Event>(stream: Stream<E>, from = 0) {
    let read = 0;
    for await (const event of super.read(stream, from)) {
      read++;
      yield event;
      if (this.failing) throw new Error('the log went away');
    }
    this.reads.push(read);
  }
}

describe('Cached contact lists', () => {
  it('are read on from their last position, with the same result as reading everything', async () => {
    const store = new CountingStore();
    const lists = new ContactLists(store);
    await store.put('c', withdrawn('c'));
    await Promise.all([lists.of('c'), lists.of('c')]);
    await store.put('c', retracted('c'));
    const list = await lists.of('c');
    // The last known event is read together with the ones after it.
    expect(store.reads).toEqual([1, 1, 2]);
    const whole = emptyContactList();
    for await (const event of store.read(streams.case('c'))) addToContactList(whole, event);
    expect(list).toEqual(whole);
  });

  it('are read again if the log is another one, or an older copy', async () => {
    const logOf = async (...traceIds: string[]) => {
      const log = new CountingStore();
      for (const traceId of traceIds) await log.put('c', part('c', traceId));
      return log;
    };
    const { log, put } = exchangeable(await logOf('first', 'second', 'third'));
    const lists = new ContactLists(log);
    const traces = async () => [...(await lists.of('c')).parts.keys()];
    expect(await traces()).toEqual(['first', 'second', 'third']);
    put(await logOf('first', 'another'));
    expect(await traces()).toEqual(['first', 'another']);
    await log.put('c', part('c', 'later'));
    expect(await traces()).toEqual(['first', 'another', 'later']);
    put(await logOf('first'));
    expect(await traces()).toEqual(['first']);
    put(await logOf());
    expect(await traces()).toEqual([]);
  });

  it('are read again after the log failed in the middle, and after others were requested', async () => {
    const store = new CountingStore();
    const lists = new ContactLists(store);
    for (const id of ['a', 'b', 'c', 'd', 'e']) await store.put(id, withdrawn(id));
    store.failing = true;
    await expect(lists.of('a')).rejects.toThrow('the log went away');
    store.failing = false;
    for (const id of ['a', 'b', 'c', 'd', 'e', 'e', 'a']) await lists.of(id);
    expect(store.reads).toEqual([1, 1, 1, 1, 1, 1, 1]);
  });
});
