import { blockName, readBlock } from '../format/block.js';
import { DamagedLog } from './damage.js';
import type { Store } from './store.js';

/** The same error with the names of the damaged events, where the damaged header and the index agree on them. */
export function namedDamage({ log, index }: Store, error: DamagedLog): DamagedLog {
  return new DamagedLog(log.dir, error.position, `${error.what}; ${eventsAt(log, index, error.position)}`);
}

function eventsAt(log: Store['log'], index: Store['index'], position: number): string {
  const bytes = log.rawBytes(position);
  const block = readBlock(bytes, 0);
  const name = block && blockName(bytes, block);
  const head = name === undefined ? undefined : index.head(name);
  if (block === undefined || name === undefined || head === undefined) return 'its events are not known here';
  const [ref] = index.blocksBack(head.no, block.firstRevision, 1);
  if (ref?.position !== position) return 'its events are not known here';
  const last = ref.firstRevision + ref.count - 1;
  const which = ref.count === 1 ? `event ${last}` : `events ${ref.firstRevision} to ${last}`;
  return `there stood ${which} of ${name}`;
}
