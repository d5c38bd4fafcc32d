import { describe, expect, it, jest } from '@jest/globals';
import { MasterKey } from '../../../src/event-log/master-key.js';
import { Sealing } from '../../../src/event-log/sealing.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';

describe('The key of a person', () => {
  it('is read from the log once, and again after it was dropped from the cache', async () => {
    const store = new MemoryEventStore();
    const master = new MasterKey(Buffer.alloc(32, 1));
    const sealed = await new Sealing(store, master).seal('An', 'name', 'Nguyễn Văn An', { source: 'test' });
    const sealing = new Sealing(store, master);
    const read = jest.spyOn(store, 'read');
    const opened = [await sealing.open('An', 'name', sealed), await sealing.open('An', 'name', sealed)];
    expect(opened).toEqual(['Nguyễn Văn An', 'Nguyễn Văn An']);
    expect(read).toHaveBeenCalledTimes(1);
    sealing.forget();
    await sealing.open('An', 'name', sealed);
    expect(read).toHaveBeenCalledTimes(2);
  });

  it('opens nothing of another person or field', async () => {
    const sealing = new Sealing(new MemoryEventStore(), new MasterKey(Buffer.alloc(32, 1)));
    const sealed = await sealing.seal('An', 'name', 'An', { source: 'test' });
    await sealing.seal('Binh', 'name', 'Binh', { source: 'test' });
    await expect(sealing.open('Binh', 'name', sealed)).rejects.toThrow();
    await expect(sealing.open('An', 'phone', sealed)).rejects.toThrow();
    expect(await sealing.open('nobody', 'name', sealed)).toBeUndefined();
  });
});
