import { describe, it } from '@jest/globals';
import { startEventLogNode } from '@truyvet/event-log-node/server';
import { withFolder } from '../failure/event-log-process.js';
import { describeLinks } from './event-log-links.js';

describeLinks('the embedded node', async () => {
  let url = '';
  let end = () => {};
  const ending = new Promise<void>((resolve) => (end = resolve));
  let over: Promise<void> | undefined;
  await new Promise<void>((opened, failed) => {
    over = withFolder(async (dir) => {
      const node = await startEventLogNode({ port: 0, dataDir: dir });
      url = node.connectionString('admin');
      opened();
      await ending;
      await node.close();
    });
    over.catch(failed);
  });
  return {
    url,
    close: async () => {
      end();
      await over;
    },
  };
});

const given = process.env['EVENTSTORE_URL'];
if (given) {
  describeLinks('the server of EVENTSTORE_URL', () => Promise.resolve({ url: given, close: () => Promise.resolve() }));
} else {
  describe('Links of the event log: a real server', () => {
    it.skip('skipped: EVENTSTORE_URL is not set', () => {});
  });
}
