import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Message, SmsProvider } from '../../src/alert/provider.js';

export interface ProviderUnderTest {
  provider: SmsProvider;
  /** Another connection to the same provider, as of another process. */
  another(): SmsProvider;
  /** What really went, oldest first. */
  delivered(): Message[];
  remove(): Promise<void>;
}

/** What every provider has to keep to. */
export function providerContract(name: string, make: () => Promise<ProviderUnderTest>): void {
  describe(`an SMS provider: ${name}`, () => {
    let under: ProviderUnderTest;
    const message = (id: string): Message => ({ id, to: '+84912345678', text: `Bạn là F1 — «${id}»\n"quoted"` });

    beforeEach(async () => {
      under = await make();
    });
    afterEach(() => under.remove());

    it('delivers what it accepted, to the letter, in order', async () => {
      await under.provider.send(message('a'));
      await under.provider.send(message('b'));
      expect(under.delivered()).toEqual([message('a'), message('b')]);
    });

    it('knows what it accepted by its id, with the same reference, and nothing else', async () => {
      expect(await under.provider.wasSent('a')).toBeUndefined();
      const receipt = await under.provider.send(message('a'));
      expect(await under.provider.wasSent('a')).toEqual(receipt);
      expect(await under.provider.wasSent('a-withdrawal')).toBeUndefined();
      expect(await under.provider.wasSent('')).toBeUndefined();
    });

    it('sends one id once, however often and from wherever it is asked at the same moment', async () => {
      const other = under.another();
      const receipts = await Promise.all(
        Array.from({ length: 20 }, (_, i) => (i % 2 ? under.provider : other).send(message('a'))),
      );
      expect(new Set(receipts.map(({ reference }) => reference)).size).toBe(1);
      expect(under.delivered()).toEqual([message('a')]);
      expect(await other.wasSent('a')).toEqual(receipts[0]);
      await other.close();
    });

    it('takes many messages at once', async () => {
      const ids = Array.from({ length: 500 }, (_, i) => `m${i}`);
      const receipts = await Promise.all(ids.map((id) => under.provider.send(message(id))));
      expect(new Set(receipts.map(({ reference }) => reference)).size).toBe(500);
      expect(under.delivered().map(({ id }) => id)).toEqual(ids);
    });

    it('still knows what it accepted when it is opened again', async () => {
      const receipt = await under.provider.send(message('a'));
      const again = under.another();
      expect(await again.wasSent('a')).toEqual(receipt);
      expect(await again.send(message('a'))).toEqual(receipt);
      await again.close();
      expect(under.delivered()).toHaveLength(1);
    });
  });
}
