import type { Sealed } from '../kernel/content.js';
import { keyStream } from './events.js';
import { LRUCache } from 'lru-cache';
import { createCipheriv, createDecipheriv, randomFillSync } from 'node:crypto';
import { UserError } from '../kernel/errors.js';
import { StreamDeleted, WrongRevision, type EventStore, type Provenance } from './event-store.js';
import { idOf } from '../kernel/ids.js';
import type { MasterKey } from './master-key.js';

const CACHED_KEYS = 50_000;
/** In bytes. */
const KEY = 32;
const NONCE = 12;
/** In bytes. To ask the system for random bytes takes longer than to encrypt a name, so many are drawn at once. */
const DRAWN = 8_192;

/**
 * Encrypts people's details with one key for each person. The wrapped key is alone in a stream of its own: deleting
 * that stream makes every sealed field of the person unreadable, in every copy.
 */
export class Sealing {
  /** Limited by `maxSize`, because the cache allocates room for all entries in advance when it is limited by `max`. */
  readonly #keys = new LRUCache<string, Buffer>({ maxSize: CACHED_KEYS, sizeCalculation: () => 1 });

  constructor(
    private readonly store: EventStore,
    private readonly master: MasterKey,
  ) {}

  /** Creates the person's key if there is none yet. @throws StreamDeleted when the person was erased. */
  async seal(personId: string, field: string, text: string, provenance: Provenance): Promise<Sealed> {
    const key = (await this.#read(personId)) ?? (await this.#create(personId, provenance));
    return encrypt(key, `${personId}/${field}`, Buffer.from(text, 'utf8'));
  }

  /**
   * Creates the key of a person who probably has none, without a look at the log: for a new person of a register, that
   * saves a call.
   * @returns false when the person has one already.
   * @throws StreamDeleted when the person was erased.
   */
  async createKey(personId: string, provenance: Provenance): Promise<boolean> {
    if (this.#keys.has(personId)) return false;
    return (await this.#append(personId, provenance)) !== undefined;
  }

  /** Undefined when the person was erased. @throws UserError when another master key wrapped the person's key. */
  async open(personId: string, field: string, sealed: Sealed): Promise<string | undefined> {
    const key = await this.#read(personId);
    return key && decrypt(key, `${personId}/${field}`, sealed).toString('utf8');
  }

  /** Drops the cached keys, since the log may have been replaced by one without them. */
  forget(): void {
    this.#keys.clear();
  }

  async #read(personId: string): Promise<Buffer | undefined> {
    const cached = this.#keys.get(personId);
    if (cached) return cached;
    for await (const event of this.store.read(keyStream(personId))) {
      if (event.type !== 'PersonKeyCreated') continue;
      const { wrapped, masterKeyId } = event.data;
      if (masterKeyId !== this.master.id) {
        throw new UserError(
          `The key of person ${personId} was wrapped with another master key (${masterKeyId}).`,
          'Set TRUYVET_MASTER_KEY, or restore master.key in the data folder, to the key of this log.',
        );
      }
      return this.#remember(personId, decrypt(this.master.wrapping, personId, wrapped));
    }
    return undefined;
  }

  async #create(personId: string, provenance: Provenance): Promise<Buffer> {
    const ours = await this.#append(personId, provenance);
    if (ours) return ours;
    // Another writer created the key first, so that one counts.
    const theirs = await this.#read(personId);
    if (!theirs) throw new StreamDeleted(keyStream(personId).name);
    return theirs;
  }

  /** Stores a new key; undefined when the person has one already. */
  async #append(personId: string, provenance: Provenance): Promise<Buffer | undefined> {
    const key = random(KEY);
    const wrapped = encrypt(this.master.wrapping, personId, key);
    const event = {
      type: 'PersonKeyCreated' as const,
      data: { personId, wrapped, masterKeyId: this.master.id },
    };
    const id = idOf('key', personId, wrapped.nonce);
    try {
      await this.store.append(keyStream(personId), [{ id, event, provenance }], 'no-stream');
    } catch (error) {
      if (error instanceof WrongRevision) return undefined;
      throw error;
    }
    return this.#remember(personId, key);
  }

  #remember(personId: string, key: Buffer): Buffer {
    this.#keys.set(personId, key);
    return key;
  }
}

const pool = Buffer.alloc(DRAWN);
let drawn = DRAWN;

/** Random bytes that nobody else gets. */
function random(count: number): Buffer {
  if (drawn + count > DRAWN) {
    randomFillSync(pool);
    drawn = 0;
  }
  const bytes = Buffer.from(pool.subarray(drawn, drawn + count));
  // A key is only where it is used.
  pool.fill(0, drawn, drawn + count);
  drawn += count;
  return bytes;
}

function encrypt(key: Buffer, context: string, text: Buffer): Sealed {
  const nonce = random(NONCE);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context, 'utf8'));
  const sealed = Buffer.concat([cipher.update(text), cipher.final()]);
  return {
    nonce: nonce.toString('base64'),
    text: sealed.toString('base64'),
    tag: cipher.getAuthTag().toString('base64'),
  };
}

function decrypt(key: Buffer, context: string, { nonce, text, tag }: Sealed): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64'))
    .setAAD(Buffer.from(context, 'utf8'))
    .setAuthTag(Buffer.from(tag, 'base64'));
  return Buffer.concat([decipher.update(Buffer.from(text, 'base64')), decipher.final()]);
}
