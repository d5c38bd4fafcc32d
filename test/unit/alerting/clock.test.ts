import { expect, it } from '@jest/globals';
import { Dispatcher } from '../../../src/delivery/dispatcher.js';
import { Routes, type Route } from '../../../src/delivery/routes.js';
import { ClockInDoubt } from '../../../src/event-log/clock-guard.js';
import { PURPOSES } from '../../support/purposes.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';
import { RememberingProvider } from './remembering-provider.js';

it('A message that was noted before the clock was in doubt is sent only after that is settled', async () => {
  const provider = new RememberingProvider();
  const via: Route = { name: provider.name, provider, perSecond: null, whenUncertain: 'at-most-once' };
  const due = { messageId: 'm', purpose: 'alert', about: 'm', whose: 'an' };
  let doubted = true;
  const dispatcher = new Dispatcher({
    ...{ store: new MemoryEventStore(), routes: new Routes([via]), purposes: PURPOSES },
    mayGo: () => (doubted ? Promise.reject(new ClockInDoubt('two days behind', true)) : Promise.resolve()),
  });
  const write = () => Promise.resolve({ to: '+84912345678', text: 'stay at home' });
  const send = () => dispatcher.send({ due, because: { source: 'test' }, via, old: false, write });

  await expect(send()).rejects.toThrow(ClockInDoubt);
  expect(provider.messages).toEqual([]);
  doubted = false;
  expect(await send()).toMatchObject({ type: 'sent' });
  expect(provider.messages).toHaveLength(1);
});
