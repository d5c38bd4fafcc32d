import { expect, it } from '@jest/globals';
import { sayLeftOut } from '../../../src/entrypoints/left-out.js';
import type { ServiceUrls } from '@truyvet/local-services';

it('If Redis does not answer, a command says that it does not know what workers set aside, and answers', async () => {
  const lines: string[] = [];
  // Nothing listens on port 1.
  const urls = { redisUrl: 'redis://127.0.0.1:1' } as ServiceUrls;
  await sayLeftOut({ urls, storeId: 'x' }, (line) => lines.push(line));
  expect(lines).toEqual([expect.stringMatching(/^Redis does not answer: it is unknown whether workers set/)]);
});
