import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  BACKWARDS,
  END,
  EventStoreDBClient,
  START,
  binaryEvent,
  eventTypeFilter,
  jsonEvent,
  streamNameFilter,
  type Position,
} from '@eventstore/db-client';
import { randomUUID } from 'node:crypto';

interface Seen {
  event?: { streamId: string; revision: bigint; type: string; position?: Position | undefined };
  link?: { streamId: string; revision: bigint; position?: Position | undefined };
  commitPosition?: bigint;
}

interface Reading extends AsyncIterable<Seen> {
  toArray(): Promise<Seen[]>;
}

interface Following {
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'data', listener: (each: Seen) => void): unknown;
  unsubscribe(): Promise<void>;
}

/** The common behaviour of all servers for links, and for the metadata of a stream that is gone for good. */
export function describeLinks(name: string, open: () => Promise<{ url: string; close(): Promise<void> }>): void {
  describe(`Links of the event log: ${name}`, () => {
    let server: { url: string; close(): Promise<void> };
    let client: EventStoreDBClient;
    beforeAll(async () => {
      server = await open();
      client = EventStoreDBClient.connectionString(server.url);
    }, 60_000);
    afterAll(async () => {
      await client.dispose();
      await server.close();
    });

    const fresh = () => `links-${randomUUID().slice(0, 8)}`;
    const event = (type = 'T') => jsonEvent({ type, data: {} });
    const linkTo = (name: string) => binaryEvent({ type: '$>', data: Buffer.from(name) });
    const at = (record: Seen['event'] | Seen['link']) => record && `${record.revision}@${record.streamId}`;
    const shown = ({ event, link }: Seen) => [at(event), at(link)];
    const read = async (stream: string, options = {}) =>
      (await (client.readStream(stream, { resolveLinkTos: true, ...options }) as Reading).toArray()).map(shown);

    /** The first events of a subscription, up to this number; then the subscription ends. */
    async function first(subscription: Following, count: number): Promise<Seen[]> {
      try {
        return await new Promise<Seen[]>((resolve, reject) => {
          const seen: Seen[] = [];
          subscription.on('error', reject);
          subscription.on('data', (each) => {
            if (seen.push(each) === count) resolve(seen);
          });
        });
      } finally {
        await subscription.unsubscribe();
      }
    }

    it('are resolved to the event that they name when a reader asks for it, in both directions', async () => {
      const [from, to] = [fresh(), fresh()];
      await client.appendToStream(from, [event(), event()]);
      await client.appendToStream(to, [linkTo(`1@${from}`), event(), linkTo(`0@${from}`)]);
      const expected = [
        [`1@${from}`, `0@${to}`],
        [`1@${to}`, undefined],
        [`0@${from}`, `2@${to}`],
      ];

      expect(await read(to)).toEqual(expected);
      expect(await read(to, { direction: BACKWARDS, fromRevision: END })).toEqual([...expected].reverse());
      expect(await read(to, { fromRevision: 1n, maxCount: 1 })).toEqual([[`1@${to}`, undefined]]);
      expect(await read(to, { resolveLinkTos: false, maxCount: 1 })).toEqual([[`0@${to}`, undefined]]);
    });

    it('carry the whole event, with its own position beside that of the link', async () => {
      const [from, to] = [fresh(), fresh()];
      const sent = jsonEvent({ id: randomUUID(), type: 'Whole', data: { tên: 'Bạch Mai' }, metadata: { by: 'me' } });
      const { position: own } = await client.appendToStream(from, sent);
      const { position: linked } = await client.appendToStream(to, linkTo(`0@${from}`));
      const [seen] = await (client.readStream(to, { resolveLinkTos: true }) as Reading).toArray();

      expect(seen?.event).toMatchObject({ id: sent.id, type: 'Whole', data: sent.data, metadata: sent.metadata });
      expect(seen?.event?.position).toEqual(own);
      expect(seen?.link).toMatchObject({ type: '$>', position: linked });
      expect(seen?.commitPosition).toBe(linked?.commit);
    });

    it('may name a stream whose name contains the separator', async () => {
      const [from, to] = [`${fresh()}@ward@3`, fresh()];
      await client.appendToStream(from, event());
      await client.appendToStream(to, linkTo(`0@${from}`));
      expect(await read(to)).toEqual([[`0@${from}`, `0@${to}`]]);
    });

    it.each([
      ['never existed, in an existing stream', (from: string) => `7@${from}`, () => Promise.resolve()],
      ['is in no stream', (from: string) => `0@${from}-none`, () => Promise.resolve()],
      ['was deleted with its stream', (from: string) => `0@${from}`, (from: string) => client.deleteStream(from)],
      ['was tombstoned with its stream', (from: string) => `0@${from}`, (from: string) => client.tombstoneStream(from)],
      [
        'was cut off',
        (from: string) => `0@${from}`,
        (from: string) => client.setStreamMetadata(from, { truncateBefore: 1 }),
      ],
      [
        'is beyond the number that its stream keeps',
        (from: string) => `0@${from}`,
        (from: string) => client.setStreamMetadata(from, { maxCount: 1 }),
      ],
      ['has no stream in the name', () => '0', () => Promise.resolve()],
    ])(
      'are returned alone, in their place, if what they name %s',
      async (_, target, harm: (from: string) => unknown) => {
        const [from, to] = [fresh(), fresh()];
        await client.appendToStream(from, [event(), event()]);
        await harm(from);
        await client.appendToStream(to, [event(), linkTo(target(from)), event()]);
        expect(await read(to)).toEqual([
          [`0@${to}`, undefined],
          [undefined, `1@${to}`],
          [`2@${to}`, undefined],
        ]);
      },
    );

    it('are returned as ordinary events if they name no revision', async () => {
      const to = fresh();
      await client.appendToStream(to, linkTo('nothing of the kind'));
      expect(await read(to)).toEqual([[`0@${to}`, undefined]]);
    });

    it('are resolved only one step, so that a circle ends', async () => {
      const [one, two] = [fresh(), fresh()];
      await client.appendToStream(one, linkTo(`0@${two}`));
      await client.appendToStream(two, linkTo(`0@${one}`));
      expect(await read(one)).toEqual([[`0@${two}`, `0@${one}`]]);
    });

    it('are resolved in the whole log too, in both directions', async () => {
      const [from, to] = [fresh(), fresh()];
      const { position } = await client.appendToStream(from, event());
      await client.appendToStream(to, [linkTo(`0@${from}`), linkTo(`1@${from}`)]);
      const ours = (all: Seen[]) => all.map(shown).filter(([, link]) => link?.endsWith(to));
      const forwards = client.readAll({ fromPosition: position!, resolveLinkTos: true }) as Reading;
      const expected = [
        [`0@${from}`, `0@${to}`],
        [undefined, `1@${to}`],
      ];
      expect(ours(await forwards.toArray())).toEqual(expected);
      const backwards = client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 20, resolveLinkTos: true });
      expect(ours(await (backwards as Reading).toArray())).toEqual([...expected].reverse());
    });

    it('are resolved for subscribers to a stream, stored links and new ones', async () => {
      const [from, to] = [fresh(), fresh()];
      await client.appendToStream(from, [event(), event()]);
      await client.appendToStream(to, linkTo(`0@${from}`));
      const subscription = client.subscribeToStream(to, { fromRevision: START, resolveLinkTos: true });
      subscription.once('caughtUp', () => void client.appendToStream(to, linkTo(`1@${from}`)));
      expect((await first(subscription, 2)).map(shown)).toEqual([
        [`0@${from}`, `0@${to}`],
        [`1@${from}`, `1@${to}`],
      ]);
    });

    it('are filtered by their own type and stream, whatever they name', async () => {
      const [from, to] = [fresh(), fresh()];
      const type = `Of${from}`;
      const { position } = await client.appendToStream(from, event(type));
      await client.appendToStream(to, [linkTo(`0@${from}`), event('Last')]);
      const options = { fromPosition: position!, resolveLinkTos: true };
      const byStream = client.subscribeToAll({ ...options, filter: streamNameFilter({ prefixes: [to] }) });
      expect((await first(byStream, 2)).map(shown)).toEqual([
        [`0@${from}`, `0@${to}`],
        [`1@${to}`, undefined],
      ]);
      // The type of the event that a link refers to does not count.
      const byType = client.subscribeToAll({ ...options, filter: eventTypeFilter({ prefixes: [type, 'Last'] }) });
      expect((await first(byType, 1)).map(shown)).toEqual([[`1@${to}`, undefined]]);
    });

    it('let a subscription resume after them, by the position of the link', async () => {
      const [from, to] = [fresh(), fresh()];
      await client.appendToStream(from, event());
      const { position } = await client.appendToStream(to, linkTo(`0@${from}`));
      await client.appendToStream(to, event('After'));
      const filter = streamNameFilter({ prefixes: [to] });
      const subscription = client.subscribeToAll({ fromPosition: position!, filter, resolveLinkTos: true });
      expect((await first(subscription, 1)).map(shown)).toEqual([[`1@${to}`, undefined]]);
    });

    describe('The metadata of a tombstoned stream', () => {
      const gone = async () => {
        const stream = fresh();
        await client.appendToStream(stream, event());
        await client.setStreamMetadata(stream, { maxCount: 5 });
        return stream;
      };

      it('are gone with it, and can no longer be read, written or resolved', async () => {
        const stream = await gone();
        await client.tombstoneStream(stream);
        const refused = { type: 'stream-deleted', streamName: `$$${stream}` };
        await expect(client.getStreamMetadata(stream)).rejects.toMatchObject(refused);
        await expect(client.setStreamMetadata(stream, { maxCount: 1 })).rejects.toMatchObject(refused);
        await expect(first(client.subscribeToStream(`$$${stream}`), 1)).rejects.toMatchObject(refused);
      });

      it('are unchanged for a stream that was only deleted', async () => {
        const stream = await gone();
        await client.deleteStream(stream);
        expect((await client.getStreamMetadata(stream)).metadata).toMatchObject({ maxCount: 5 });
      });

      it('do not exist for a stream that never existed', async () => {
        expect((await client.getStreamMetadata(fresh())).metadata).toBeUndefined();
      });
    });

    it('ends the subscription to the metadata of a stream when the stream is tombstoned', async () => {
      const stream = fresh();
      await client.appendToStream(stream, event());
      const subscription = client.subscribeToStream(`$$${stream}`, { fromRevision: START });
      const failed = new Promise<unknown>((resolve) => subscription.once('error', resolve));
      const live = new Promise<void>((resolve) => subscription.once('caughtUp', () => resolve()));
      await live;
      await client.tombstoneStream(stream);
      expect(await failed).toMatchObject({ type: 'stream-deleted' });
    });
  });
}
