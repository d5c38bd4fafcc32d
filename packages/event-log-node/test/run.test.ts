import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { describe, expect, it } from '@jest/globals';
import { accessFolderOf, logUrl } from '../src/event-log-access.js';
import { runEventLogNode } from '../src/run.js';
import { inFolder } from './harness.js';

describe('An event log as a separate process', () => {
  it('prints its address and who may call, serves until it is stopped, and releases its folder', async () => {
    await inFolder(async (dataDir) => {
      const run = async (): Promise<[boolean, string[]]> => {
        const said: string[] = [];
        const well = await runEventLogNode({
          port: 0,
          dataDir,
          say: (line) => said.push(line),
          warn: (text) => said.push(text),
          untilStopped: async () => {
            await Promise.resolve();
            const port = Number(/port (\d+)/.exec(said.join())?.[1]);
            const client = EventStoreDBClient.connectionString(
              logUrl({ host: 'localhost', port }, accessFolderOf(dataDir)) as string,
            );
            await client.appendToStream('s', jsonEvent({ type: 'T', data: {} }));
            await client.dispose();
          },
        });
        return [well, said];
      };
      const told = [
        expect.stringMatching(/^The event log listens on 127\.0\.0\.1, port \d+: esdb:\/\/localhost:\d+\?tls=true/),
        `Its users and their passwords are in ${accessFolderOf(dataDir)}.`,
      ];
      expect(await run()).toEqual([true, told]);
      expect(await run()).toEqual([true, told]);
    });
  });
});
