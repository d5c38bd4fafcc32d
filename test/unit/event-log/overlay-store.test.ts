import { streams } from '../../support/events.js';
import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { EventStore } from '../../../src/event-log/event-store.js';
import { OverlayStore } from '../../../src/event-log/overlay-store.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';

const stream = streams.case('case-1');
const retracted = (reason: string) => ({
  ...{ id: randomUUID(), provenance: { source: 'tests' } },
  event: { type: 'CaseRetracted' as const, data: { caseId: 'case-1', reason } },
});

async function reasonsIn(store: EventStore): Promise<[number, string][]> {
  const found: [number, string][] = [];
  for await (const event of store.read(stream)) {
    if (event.type === 'CaseRetracted') found.push([event.revision, event.data.reason]);
  }
  return found;
}

describe('A view of the log with further events', () => {
  it('is of one moment: events that the log accepts after a stream was read do not interfere', async () => {
    const log = new MemoryEventStore();
    await log.append(stream, [retracted('first')], 'no-stream');
    const above = new OverlayStore(log, { commit: 1n, prepare: 1n }, () => 0);
    expect(await reasonsIn(above)).toEqual([[0, 'first']]);
    await log.append(stream, [retracted('of somebody else, meanwhile')], 0);

    await above.append(stream, [retracted('of ours')], 0);
    expect(await reasonsIn(above)).toEqual([
      [0, 'first'],
      [1, 'of ours'],
    ]);
    expect(await reasonsIn(log)).toEqual([
      [0, 'first'],
      [1, 'of somebody else, meanwhile'],
    ]);
  });
});
