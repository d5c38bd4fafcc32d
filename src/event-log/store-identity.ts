import { storeStream } from './events.js';
import { randomUUID } from 'node:crypto';
import { UserError } from '../kernel/errors.js';
import { WrongRevision, type EventStore } from './event-store.js';
import { idOf } from '../kernel/ids.js';

/** Format of what stands in the log; raised when an older program could no longer read it rightly. */
export const LOG_FORMAT = 1;

/**
 * Whose log this is, made at the first start. Graphs and queues carry it, so that those of another log are noticed.
 * @throws UserError when a newer program wrote the log.
 */
export async function openStoreIdentity(store: EventStore): Promise<string> {
  const known = await readIdentity(store);
  if (known) return known;
  const storeId = randomUUID();
  try {
    await store.append(
      storeStream(),
      [
        {
          id: idOf('store', storeId),
          event: { type: 'StoreOpened', data: { storeId, format: LOG_FORMAT } },
          provenance: { source: 'truyvet' },
        },
      ],
      'no-stream',
    );
    return storeId;
  } catch (error) {
    if (!(error instanceof WrongRevision)) throw error;
    return openStoreIdentity(store);
  }
}

/**
 * Holds every process to the master key that the log was first opened with: what one seals the others have to open, and
 * one phone has to have one blind index.
 * @throws UserError when it is another one.
 */
export async function checkMasterKey(store: EventStore, masterKeyId: string): Promise<void> {
  let revision = -1;
  for await (const event of store.read(storeStream())) {
    revision = event.revision;
    if (event.type !== 'MasterKeyNamed') continue;
    if (event.data.masterKeyId === masterKeyId) return;
    throw new UserError(
      `This log was made with another master key (${event.data.masterKeyId}) than the one given (${masterKeyId}).`,
      'Set TRUYVET_MASTER_KEY, or restore master.key in the data folder, to the key that the other processes have.',
    );
  }
  const event = { type: 'MasterKeyNamed' as const, data: { masterKeyId } };
  const provenance = { source: 'truyvet' };
  try {
    await store.append(storeStream(), [{ id: idOf('master-key', masterKeyId), event, provenance }], revision);
  } catch (error) {
    if (!(error instanceof WrongRevision)) throw error;
    // Another process named its key first: this one's has to be the same.
    await checkMasterKey(store, masterKeyId);
  }
}

async function readIdentity(store: EventStore): Promise<string | undefined> {
  for await (const event of store.read(storeStream())) {
    if (event.type !== 'StoreOpened') continue;
    if (event.data.format > LOG_FORMAT) {
      throw new UserError(
        `The log has format ${event.data.format}; this program knows ${LOG_FORMAT} and older.`,
        'Use the version of truyvet that wrote it, or a newer one.',
      );
    }
    return event.data.storeId;
  }
  return undefined;
}
