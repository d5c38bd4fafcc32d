import { CHUNK_SPAN, SALTED_KIND, chunkStart } from '../format/block.js';
import { LINK_KIND, readLink, type ChainHead } from '../format/chain.js';
import { lengthAt } from '../format/entry.js';
import { frameBound, ticksOf, writeFrame } from '../format/event-frame.js';
import { readVoid } from '../format/void.js';
import type { ChunkLog } from '../store/chunk-log.js';
import type { FrameSink } from '../store/cursors.js';
import { CHAIN_STREAM } from '../store/group.js';
import type { Store } from '../store/store.js';

/**
 * Sends the chain as a stream: the event of revision N contains the link of number N. No file holds this stream. A
 * real EventStoreDB answers that the stream does not exist, and so shows that it has no chain.
 */
export function sendChain(store: Store, from: number | 'start' | 'end', backwards: boolean, sink: FrameSink): void {
  const { chain } = store.log;
  const number = from === 'start' ? 0 : from === 'end' ? chain.number : backwards ? Math.min(from, chain.number) : from;
  const link = number === chain.number ? chain : linkOf(store.log, number);
  if (link === undefined) return;
  const data = Buffer.from(JSON.stringify({ number, hash: link.hash.toString('hex') }));
  const streamName = Buffer.from(CHAIN_STREAM);
  const event = { id: asId(link), type: TYPE, contentType: JSON_TYPE, metadata: NOTHING, data };
  const bytes = Buffer.alloc(frameBound(event, streamName));
  const position = store.log.end;
  const end = writeFrame(bytes, 0, event, number, position, { streamName, ticks: ticksOf(store.now()) });
  sink.add(bytes, 0, end, position);
}

const TYPE = Buffer.from('$chain');
const JSON_TYPE = Buffer.from('application/json');
const NOTHING = Buffer.alloc(0);

/** Half of the hash, written as an event id. */
function asId({ hash }: ChainHead): string {
  const digits = hash.toString('hex', 0, 16);
  return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join(
    '-',
  );
}

/** The link of that number, read from the chunk that holds it. @throws DamagedLog */
function linkOf(log: ChunkLog, number: number): ChainHead | undefined {
  for (let chunk = log.activeChunk; chunk >= 0; chunk--) {
    const first = readLink(log.rawBytes(chunkStart(chunk)), 0, chunkStart(chunk));
    if (first === undefined) return undefined;
    if (first.number === number) return first;
    if (first.number < number) return linkIn(log, chunk, number);
  }
  return undefined;
}

function linkIn(log: ChunkLog, chunk: number, wanted: number): ChainHead | undefined {
  let number = -1;
  const end = chunk * CHUNK_SPAN + log.chunkLength(chunk);
  for (let at = chunkStart(chunk); at < end;) {
    const page = log.page(at, 4 * 1024 * 1024);
    if (page === undefined) return undefined;
    const bytes = page.bytes.length > 0 ? page.bytes : log.rawBytes(page.base);
    for (let offset = 0; offset < Math.max(1, page.bytes.length); offset += lengthAt(bytes, offset)!) {
      const kind = bytes[offset];
      if (kind === SALTED_KIND) continue;
      if (kind === LINK_KIND) {
        const link = readLink(bytes, offset, page.base + offset);
        if (link?.number === wanted) return link;
        number = link?.number ?? number;
        continue;
      }
      for (const record of readVoid(bytes, offset, page.base + offset) ?? []) {
        if (record.kind === 'link' && ++number === wanted) return { number, hash: record.hash };
      }
    }
    at = page.next;
  }
  return undefined;
}
