import { createHash, createHmac, hkdfSync, randomBytes, randomUUID } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UserError } from '../kernel/errors.js';
import type { Config } from '../platform/config.js';
import { makeFolder } from '@truyvet/local-services';

const FILE = 'master.key';

/** The keys that are derived from the installation's master key, one for each purpose. */
export class MasterKey {
  /** Wraps people's keys and does nothing else. */
  readonly wrapping: Buffer;
  /** Identifies the key without revealing it, so that a wrong key is recognised. */
  readonly id: string;
  readonly #phones: Buffer;
  readonly #answers: Buffer;
  readonly #reports: Buffer;

  constructor(secret: Buffer) {
    this.wrapping = derive(secret, 'wrap');
    this.#phones = derive(secret, 'phone-index');
    this.#answers = derive(secret, 'answer-link');
    this.#reports = derive(secret, 'delivery-reports');
    this.id = createHash('sha256').update(derive(secret, 'id')).digest('hex').slice(0, 16);
  }

  /** Blind index of a phone number (E.164): equal for equal numbers, unreadable without the key. */
  phoneIndex(phone: string): string {
    return createHmac('sha256', this.#phones).update(phone).digest('base64url').slice(0, 22);
  }

  /** A tag that proves that this installation issued a link. @returns 32 bytes. */
  answerTag(alert: Buffer): Buffer {
    return createHmac('sha256', this.#answers).update(alert).digest();
  }

  /** The same for a provider who reports on messages. @returns 22 characters that are allowed in a path. */
  reportTag(provider: string): string {
    return createHmac('sha256', this.#reports).update(provider).digest('base64url').slice(0, 22);
  }
}

/**
 * Opens the key from the environment or else from the data folder, where it is created at first.
 * @throws UserError when the file does not hold 32 bytes in base64.
 */
export function openMasterKey(config: Pick<Config, 'masterKey' | 'dataDir'>): MasterKey {
  return new MasterKey(config.masterKey ? Buffer.from(config.masterKey, 'base64') : keyFromFile(config.dataDir));
}

function keyFromFile(dataDir: string): Buffer {
  makeFolder(dataDir);
  const path = join(dataDir, FILE);
  if (!existsSync(path)) makeKeyFile(path);
  const secret = Buffer.from(readFileSync(path, 'utf8').trim(), 'base64');
  if (secret.length !== 32) {
    throw new UserError(
      `${path} does not have a key of 32 bytes in base64.`,
      'Restore it from a backup: without it no name or phone can be read.',
    );
  }
  return secret;
}

/**
 * The link gives the final name to a file that is complete and on the disk. When several processes start, only one
 * wins.
 */
function makeKeyFile(path: string): void {
  const draft = `${path}.${randomUUID()}`;
  try {
    writeFileSync(draft, randomBytes(32).toString('base64') + '\n', { mode: 0o600, flush: true });
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function derive(secret: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', `truyvet/${purpose}`, 32));
}
