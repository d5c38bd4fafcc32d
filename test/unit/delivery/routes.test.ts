import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type Message, type Receipt, ReceiverFault, TheirFault } from '@truyvet/message-gateway';
import { ProviderFailing, Routes, type Route } from '../../../src/delivery/routes.js';
import { RememberingProvider } from '../alerting/remembering-provider.js';

const BEGAN = Date.parse('2021-08-05T02:00:00Z');
const HALF_A_MINUTE = 30_000;
const message: Message = { id: 'a', to: '+84900000001', text: 'text' };

/** A provider whose answers the test gives when it wants to, in the order of the messages. */
class Answering extends RememberingProvider {
  readonly waiting: { taken: (receipt: Receipt) => void; failed: (error: Error) => void }[] = [];

  override send(): Promise<Receipt> {
    return new Promise((taken, failed) => this.waiting.push({ taken, failed }));
  }
}

describe('A provider that keeps failing', () => {
  let provider: Answering;
  let route: Route;
  let routes: Routes;

  beforeEach(() => {
    jest.useFakeTimers({ now: BEGAN });
    provider = new Answering({ name: 'gateway', knows: { repeats: true, fates: true } });
    route = { name: 'gateway', provider, perSecond: null, whenUncertain: 'at-least-once' };
    routes = new Routes([route]);
  });
  afterEach(() => void jest.useRealTimers());

  /** Hands messages over one after the other; an error is the provider's answer, and undefined accepts the message. */
  async function handOver(...answers: (Error | undefined)[]): Promise<void> {
    for (const answer of answers) {
      const sending = routes.send(route, message).catch(() => undefined);
      const { taken, failed } = provider.waiting.shift() ?? {};
      if (answer) failed?.(answer);
      else taken?.({ reference: 'r' });
      await sending;
    }
  }
  const times = (count: number, answer: Error | undefined) => Array.from({ length: count }, () => answer);
  const busy = new TheirFault('busy');

  it('is left alone after more than half of ten messages failed, and not before', async () => {
    await handOver(...times(4, undefined), ...times(5, busy));
    expect(routes.isFailing('gateway')).toBe(false);
    await handOver(busy);
    expect(routes.isFailing('gateway')).toBe(true);
    expect(routes.next()).toBeUndefined();
    await expect(routes.send(route, message)).rejects.toThrow(ProviderFailing);
    expect(provider.waiting).toEqual([]);
  });

  it('is not left alone because of wrong numbers, which say nothing about it', async () => {
    await handOver(...times(20, new ReceiverFault('no such number')));
    expect(routes.isFailing('gateway')).toBe(false);
  });

  it('gets one message after half a minute, and all others after it accepted that one', async () => {
    await handOver(...times(10, busy));
    jest.setSystemTime(BEGAN + HALF_A_MINUTE);
    expect(routes.next()).toBe(route);
    expect(routes.proofOf('gateway')).toEqual({ openedAt: BEGAN, takenAt: 0 });
    const first = routes.send(route, message);
    await expect(routes.send(route, message)).rejects.toThrow(ProviderFailing);
    provider.waiting.shift()?.taken({ reference: 'r' });
    await expect(first).resolves.toEqual({ reference: 'r' });
    expect(routes.proofOf('gateway')).toEqual({ openedAt: BEGAN, takenAt: BEGAN + HALF_A_MINUTE });
    await handOver(undefined, busy, undefined);
    expect(routes.isFailing('gateway')).toBe(false);
  });

  it('is left alone for another half a minute if it fails again', async () => {
    await handOver(...times(10, busy));
    jest.setSystemTime(BEGAN + HALF_A_MINUTE);
    await handOver(busy);
    expect(routes.isFailing('gateway')).toBe(true);
    jest.setSystemTime(BEGAN + 2 * HALF_A_MINUTE - 1);
    expect(routes.isFailing('gateway')).toBe(true);
    jest.setSystemTime(BEGAN + 2 * HALF_A_MINUTE);
    expect(routes.isFailing('gateway')).toBe(false);
  });
});
