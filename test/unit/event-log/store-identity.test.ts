import { describe, expect, it } from '@jest/globals';
import { UserError } from '../../../src/kernel/errors.js';
import { checkMasterKey, openStoreIdentity } from '../../../src/event-log/store-identity.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';

describe('The identity of a log', () => {
  it('is created once, however many processes open it at a time', async () => {
    const store = new MemoryEventStore();
    const ids = await Promise.all([1, 2, 3].map(() => openStoreIdentity(store)));
    expect(new Set(ids).size).toBe(1);
    expect(await openStoreIdentity(store)).toBe(ids[0]);
  });
});

describe('The master key of a log', () => {
  const opened = async () => {
    const store = new MemoryEventStore();
    await openStoreIdentity(store);
    return store;
  };

  it('is the first with which the log was opened, even for a log from before keys were named', async () => {
    const store = await opened();
    await checkMasterKey(store, 'first');
    await checkMasterKey(store, 'first');
    expect(store.all.map(({ type }) => type)).toEqual(['StoreOpened', 'MasterKeyNamed']);
    await expect(checkMasterKey(store, 'other')).rejects.toThrow(UserError);
    await expect(checkMasterKey(store, 'other')).rejects.toThrow(/another master key \(first\)/);
  });

  it('is only one of two that are named at the same time', async () => {
    const store = await opened();
    const outcomes = await Promise.allSettled(['one', 'other'].map((id) => checkMasterKey(store, id)));
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});
