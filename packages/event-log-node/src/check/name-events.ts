import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { open } from 'lmdb';
import { CHUNK_SPAN } from '../format/block.js';
import { decodeHead, decodeRef, isBlockKey, HEADS, STREAMS } from '../store/index-keys.js';
import { looksWhole } from '../store/lmdb-guard.js';
import type { Damage } from './verdict.js';

/**
 * Asks the index which events were in the damaged bytes. It can read the index beside a running node. Where the index
 * is missing or does not cover the damage yet, the names that the damaged bytes give stay.
 */
export function nameEvents(dataDir: string, damages: Damage[]): void {
  const path = join(dataDir, 'index');
  if (!existsSync(join(path, 'data.mdb')) || !looksWhole(path)) return;
  const db = open<Buffer, Buffer>({ path, readOnly: true, encoding: 'binary', keyEncoding: 'binary' });
  try {
    const found = new Map<number, { damage: Damage; from: number; to: number }[]>();
    for (const { key, value } of db.getRange(STREAMS)) {
      if (!isBlockKey(key)) continue;
      const { position, firstRevision, count } = decodeRef(key, value);
      const damage = damages.find(({ chunk, offset, length }) => {
        const start = chunk * CHUNK_SPAN + offset;
        return position >= start && position < start + length;
      });
      if (damage === undefined) continue;
      const no = key.readUIntBE(1, 6);
      found.set(no, [...(found.get(no) ?? []), { damage, from: firstRevision, to: firstRevision + count - 1 }]);
    }
    for (const { damage } of [...found.values()].flat()) damage.events = [];
    for (const { key, value } of db.getRange(HEADS)) {
      const stream = key.subarray(1).toString('utf8');
      for (const { damage, from, to } of found.get(decodeHead(value).no) ?? []) {
        damage.events.push({ stream, from, to, sure: true });
      }
    }
  } finally {
    void db.close();
  }
}
