import type { Driver } from './driver.js';
import { configOf, PROGRAM } from './limits.js';

const STANDS_STILL_AFTER = 60_000;
/** The most characters of a query to show. */
const CHARACTERS = 120;

/** Detects that a projector has waited for the graph for a minute without progress, and reports what it waits for. */
export class Standstill {
  #doing: { what: string; since: number; saidAt: number } | undefined;

  /**
   * @param say called with a line at most once per `after` while the wait lasts.
   * @param after milliseconds.
   */
  constructor(
    private readonly driver: Driver,
    private readonly say: (line: string) => void,
    private readonly after = STANDS_STILL_AFTER,
  ) {}

  /** @param what what the projector waits for from now on; undefined if there is nothing to do. */
  at(what: string | undefined): void {
    const now = performance.now();
    this.#doing = what === undefined ? undefined : { what, since: now, saidAt: now };
  }

  /** Must be called regularly. */
  async look(): Promise<void> {
    const doing = this.#doing;
    const now = performance.now();
    if (!doing || now - doing.saidAt < this.after) return;
    doing.saidAt = now;
    const seconds = Math.round((now - doing.since) / 1000);
    const seen = await transactions(this.driver).catch((error: unknown) => [
      `Neo4j's transactions cannot be listed: ${(error as Error).message}`,
    ]);
    this.say(
      `the projector has waited for ${seconds} s ${doing.what}; ${seen.join('; ') || 'Neo4j runs nothing else'}`,
    );
  }
}

/** Describes Neo4j's transactions. The queries of other programs are left out, since they may contain anything. */
async function transactions(driver: Driver): Promise<string[]> {
  const { records } = await driver.executeQuery(
    `SHOW TRANSACTIONS YIELD transactionId, status, elapsedTime, currentQuery, metaData, username, clientAddress
     WHERE NOT currentQuery STARTS WITH 'SHOW TRANSACTIONS'
     RETURN transactionId AS id, status, elapsedTime.milliseconds / 1000 AS seconds, currentQuery AS query,
            metaData.program AS program, metaData.kind AS kind, username, clientAddress`,
    {},
    { transactionConfig: configOf('read') },
  );
  return records.map((record) => {
    const { id, status, seconds, query, program, kind, username, clientAddress } = record.toObject() as Shown;
    const what =
      program === PROGRAM
        ? `${kind ?? 'work'} of Truyvet: ${query.replace(/\s+/g, ' ').slice(0, CHARACTERS)}`
        : `of another program (user ${username}, from ${clientAddress ?? 'this machine'})`;
    return `${id}, ${status}, for ${seconds} s, ${what}`;
  });
}

interface Shown {
  id: string;
  /** Includes the transaction that blocks this one, if any. */
  status: string;
  seconds: number;
  query: string;
  program: string | null;
  kind: string | null;
  username: string;
  clientAddress: string | null;
}
