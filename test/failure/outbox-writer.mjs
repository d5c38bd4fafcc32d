// One of several processes that write into the same outbox until they are killed. Arguments: the data folder, the
// number of ids, the first id. Prints every id whose message counts as sent.
import { writeSync } from 'node:fs';
import { setInterval } from 'node:timers';
import { Outbox } from '@truyvet/message-gateway/outbox';

const [dataDir, count, first] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const outbox = new Outbox(dataDir);
const AT_ONCE = 10;

for (let next = first; ;) {
  const ids = Array.from({ length: AT_ONCE }, () => `alert-${next++ % count}`);
  await Promise.all(
    ids.map(async (id) => {
      if (!(await outbox.wasSent(id))) await outbox.send({ id, to: '+84912345678', text: 'ệ'.repeat(200) });
      writeSync(1, `${id}\n`);
    }),
  );
  // Everything was sent: wait to be killed.
  if (next - first > count) setInterval(() => undefined, 1_000);
  if (next - first > count) break;
}
