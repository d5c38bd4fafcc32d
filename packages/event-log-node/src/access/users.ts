import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { EventLogError } from '../event-log-error.js';
import { LOG_USERS, type LogUser } from '../event-log-access.js';

/**
 * One digest is enough, because the passwords are generated and have 256 bits. A slow hash is needed only for
 * passwords that people choose.
 */
const digestOf = (password: string): Buffer => createHash('sha256').update(password).digest();

const file = z.object({
  format: z.literal(1),
  users: z.record(z.enum(LOG_USERS), z.string().regex(/^sha256:[0-9a-f]{64}$/)),
});

export const makePassword = (): string => randomBytes(32).toString('base64url');

/** The text of the users file. */
export function describeUsers(passwords: Readonly<Record<LogUser, string>>): string {
  const users = Object.fromEntries(
    LOG_USERS.map((user) => [user, `sha256:${digestOf(passwords[user]).toString('hex')}`]),
  );
  return `${JSON.stringify({ format: 1, users }, undefined, 2)}\n`;
}

export class Users {
  private readonly digests: Map<LogUser, Buffer>;

  /** @throws EventLogError when the text is not a valid users file. */
  constructor(text: string, path: string) {
    let content: unknown;
    try {
      content = JSON.parse(text);
    } catch {
      content = undefined;
    }
    const parsed = file.safeParse(content);
    if (!parsed.success) {
      throw new EventLogError(
        'users-unreadable',
        `${path} is damaged, or was written by a newer Truyvet.`,
        'It holds digests of the passwords of the event log. Remove it: the next start creates new passwords.',
      );
    }
    this.digests = new Map(
      LOG_USERS.map((user) => [user, Buffer.from(parsed.data.users[user].slice('sha256:'.length), 'hex')]),
    );
  }

  knows(user: LogUser, password: string): boolean {
    return timingSafeEqual(digestOf(password), this.digests.get(user)!);
  }

  /**
   * Finds the user of a call.
   * @param header HTTP authorization header: `Basic` and user:password in base64.
   * @returns undefined when the user is unknown or the password is wrong.
   */
  userOf(header: string): LogUser | undefined {
    const [, encoded] = /^basic ([a-z0-9+/=_-]{1,512})$/i.exec(header) ?? [];
    if (encoded === undefined) return undefined;
    const text = Buffer.from(encoded, 'base64').toString('utf8');
    const colon = text.indexOf(':');
    const name = text.slice(0, colon);
    const password = text.slice(colon + 1);
    const user = LOG_USERS.find((known) => known === name);
    if (colon < 0 || user === undefined) return undefined;
    return this.knows(user, password) ? user : undefined;
  }
}
