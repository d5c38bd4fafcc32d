import { storeStream } from './events.js';
import { randomUUID } from 'node:crypto';
import { UserError } from '../kernel/errors.js';
import { WrongRevision, type EventStore } from './event-store.js';
import { idOf } from '../kernel/ids.js';

/** The format of the log; increased when an older program could not read it correctly any more. */
export const LOG_FORMAT = 1;

/**
 * The identity of this log, created at the first start. Graphs and queues carry it, so that those of another log are
 * noticed.
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
 * Makes every process use the master key with which the log was first opened: each must be able to open what another
 * sealed, and a phone must have only one blind index.
 * @throws UserError when this process has another key.
 */
export async function checkMasterKey(store: EventStore, masterKeyId: string): Promise<void> {
  let revision = -1;
  for await (const event of store.read(storeStream())) {
    revision = event.revision;
    if (event.type !== 'MasterKeyNamed') continue;
    if (event.data.masterKeyId === masterKeyId) return;
    throw new UserError(
      `This log was created with another master key (${event.data.masterKeyId}) than this one (${masterKeyId}).`,
      'Set TRUYVET_MASTER_KEY, or restore master.key in the data folder, to the key that the other processes use.',
    );
  }
  const event = { type: 'MasterKeyNamed' as const, data: { masterKeyId } };
  const provenance = { source: 'truyvet' };
  try {
    await store.append(storeStream(), [{ id: idOf('master-key', masterKeyId), event, provenance }], revision);
  } catch (error) {
    if (!(error instanceof WrongRevision)) throw error;
    // Another process recorded its key first, so this key has to be the same.
    await checkMasterKey(store, masterKeyId);
  }
}

async function readIdentity(store: EventStore): Promise<string | undefined> {
  for await (const event of store.read(storeStream())) {
    if (event.type !== 'StoreOpened') continue;
    if (event.data.format > LOG_FORMAT) {
      throw new UserError(
        `The log has format ${event.data.format}; this program knows formats up to ${LOG_FORMAT}.`,
        'Use the version of truyvet that wrote it, or a newer one.',
      );
    }
    return event.data.storeId;
  }
  return undefined;
}
