import { expect, it } from '@jest/globals';
import { Dispatcher, type Noting } from '../../../src/delivery/dispatcher.js';
import { Routes, type Route } from '../../../src/delivery/routes.js';
import { ClockInDoubt } from '../../../src/event-log/clock-guard.js';
import { RememberingProvider } from './remembering-provider.js';

it('A message whose way was noted before the clock came in doubt goes only once that is settled', async () => {
  const provider = new RememberingProvider();
  const via: Route = { name: provider.name, provider, perSecond: null, whenUncertain: 'at-most-once' };
  const noted = { handOver: null, handOvers: 0, refusedBy: [] };
  const noting: Noting = {
    messageId: 'm',
    noted: () => noted,
    load: () => Promise.resolve(noted),
    handOver: () => Promise.resolve(true),
    endHandOver: () => Promise.resolve(),
  };
  let doubted = true;
  const routes = new Routes([via]);
  const dispatcher = new Dispatcher(routes, Date.now, () =>
    doubted ? Promise.reject(new ClockInDoubt('two days behind', true)) : Promise.resolve(),
  );
  const message = () => Promise.resolve({ to: '+84912345678', text: 'stay at home' });
  const send = () => dispatcher.send({ noting, via, old: false, message });

  await expect(send()).rejects.toThrow(ClockInDoubt);
  expect(provider.messages).toEqual([]);
  doubted = false;
  expect(await send()).toMatchObject({ type: 'sent' });
  expect(provider.messages).toHaveLength(1);
});
