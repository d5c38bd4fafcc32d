import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Message, SmsProvider } from '@truyvet/message-gateway';

export interface ProviderUnderTest {
  provider: SmsProvider;
  /** Another connection to the same provider, like that of another process. */
  another(): SmsProvider;
  /** The messages that were really delivered, oldest first. */
  delivered(): Message[];
  remove(): Promise<void>;
}

export interface ContractOptions {
  knows: SmsProvider['knows'];
  /** Messages that are handed over at the same moment are sent in the order of the calls. */
  ordered?: boolean;
}

/** What every provider must do, depending on the properties that it declares. */
export function providerContract(
  name: string,
  { knows, ordered = false }: ContractOptions,
  make: () => Promise<ProviderUnderTest>,
): void {
  const { repeats, fates } = knows;
  /** Not a skipped test: if a provider does not declare this property, there is nothing to test. */
  const claimed = (claims: boolean) => (claims ? it : () => undefined);

  describe(`an SMS provider: ${name}`, () => {
    let under: ProviderUnderTest;
    const message = (id: string): Message => ({ id, to: '+84912345678', text: `Bạn là F1 — «${id}»\n"quoted" {id}` });

    beforeEach(async () => {
      under = await make();
    });
    afterEach(() => under.remove());

    it('declares the properties that the contract expects', () => {
      expect(under.provider.knows).toEqual(knows);
      expect(under.provider.name).toMatch(/^[a-z0-9-]+$/);
    });

    it('delivers accepted messages exactly, and in order', async () => {
      await under.provider.send(message('a'));
      await under.provider.send(message('b'));
      expect(under.delivered()).toEqual([message('a'), message('b')]);
    });

    it('delivers a text of many segments exactly', async () => {
      const text = `«long» ${'Hãy ở nhà, tránh gặp người khác. '.repeat(12)}😷.`;
      const long = { id: 'long', to: '+84912345678', text };
      await under.provider.send(long);
      expect(under.delivered()).toEqual([long]);
    });

    claimed(fates)('knows what it accepted by its id, with the same reference, and nothing else', async () => {
      expect(await under.provider.wasSent('a')).toBeUndefined();
      const receipt = await under.provider.send(message('a'));
      expect(await under.provider.wasSent('a')).toEqual(receipt);
      expect(await under.provider.wasSent('a-withdrawal')).toBeUndefined();
      expect(await under.provider.wasSent('')).toBeUndefined();
    });

    claimed(!fates)('never claims that a message went', async () => {
      await under.provider.send(message('a'));
      expect(await under.provider.wasSent('a')).toBeUndefined();
    });

    claimed(repeats)('sends one id once, however often and from wherever it is asked at the same moment', async () => {
      const other = under.another();
      const receipts = await Promise.all(
        Array.from({ length: 20 }, (_, i) => (i % 2 ? under.provider : other).send(message('a'))),
      );
      expect(under.delivered()).toEqual([message('a')]);
      if (fates) {
        expect(new Set(receipts.map(({ reference }) => reference)).size).toBe(1);
        expect(await other.wasSent('a')).toEqual(receipts[0]);
      }
      await other.close();
    });

    it('accepts many messages at once', async () => {
      const count = ordered ? 500 : 200;
      const ids = Array.from({ length: count }, (_, i) => `m${i}`);
      const receipts = await Promise.all(ids.map((id) => under.provider.send(message(id))));
      expect(new Set(receipts.map(({ reference }) => reference)).size).toBe(count);
      const delivered = under.delivered().map(({ id }) => id);
      expect(ordered ? delivered : delivered.sort()).toEqual(ordered ? ids : ids.sort());
    });

    claimed(repeats)('still recognises what it accepted when it is opened again', async () => {
      const receipt = await under.provider.send(message('a'));
      const again = under.another();
      const repeated = await again.send(message('a'));
      if (fates) {
        expect(await again.wasSent('a')).toEqual(receipt);
        expect(repeated).toEqual(receipt);
      }
      await again.close();
      expect(under.delivered()).toHaveLength(1);
    });

    it('leaves no doubt about messages in progress when it is closed', async () => {
      const other = under.another();
      const sending = Promise.allSettled(['a', 'b', 'c'].map((id) => other.send(message(id))));
      await other.close();
      const outcomes = await sending;
      const accepted = outcomes.filter(({ status }) => status === 'fulfilled');
      expect(under.delivered()).toHaveLength(accepted.length);
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') expect((outcome.reason as Error).name).toMatch(/^(Our|Their)Fault$/);
      }
    });
  });
}
