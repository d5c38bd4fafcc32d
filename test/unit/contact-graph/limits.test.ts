import { describe, expect, it } from '@jest/globals';
import neo4j, { Neo4jError } from 'neo4j-driver';
import { gateOf } from '../../../src/contact-graph/gate.js';
import { ATTEMPTS, ranIntoLimit, type Kind } from '../../../src/contact-graph/limits.js';
import { inTransaction } from '../../../src/contact-graph/neo4j.js';
import { answeringGraph } from '../../support/answering-graph.js';

/** The driver's error for a code of the server. */
const ended = (code: string) =>
  new Neo4jError('as Neo4j says it', code, '50N42', 'error: general processing exception', undefined as never);

/** The code for our own limit of a transaction, and for the operator's `db.transaction.timeout`. */
const OURS = 'Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration';
const OPERATORS = 'Neo.ClientError.Transaction.TransactionTimedOut';

/** A graph whose server ends a transaction this many times, with a driver that does not retry. */
function graphThatEnds(times: number, code: string) {
  let runs = 0;
  const driver = answeringGraph(
    () => [],
    () => {
      if (++runs <= times) throw ended(code);
    },
  );
  const lines: string[] = [];
  const gate = gateOf(driver);
  gate.opened();
  gate.configure({ say: (line) => lines.push(line) });
  return { driver, lines, runs: () => runs };
}

describe('A transaction that the server ended', () => {
  it.each<[string, Kind, string]>([
    ["by the operator's limit, a read", 'read', OPERATORS],
    ["by the operator's limit, a write", 'write', OPERATORS],
    ['by our limit, a write', 'write', OURS],
    ['for waiting too long for a lock, a write', 'write', 'Neo.ClientError.Transaction.LockAcquisitionTimeout'],
    ['because somebody ended it, a write', 'write', 'Neo.ClientError.Transaction.Terminated'],
  ])('%s, is run again, and this is reported', async (_, kind, code) => {
    expect(neo4j.isRetryableError(ended(code))).toBe(false);
    const graph = graphThatEnds(1, code);
    expect(await inTransaction(graph.driver, kind, () => Promise.resolve('done'))).toBe('done');
    expect(graph.runs()).toBe(2);
    expect(graph.lines).toEqual([expect.stringMatching(new RegExp(`^a ${kind} of the graph was ended \\(${code}`))]);
  });

  it.each(['read', 'write'] as const)('repeatedly is given up after as many runs as a %s has', async (kind) => {
    const graph = graphThatEnds(Infinity, OPERATORS);
    await expect(inTransaction(graph.driver, kind, () => Promise.resolve())).rejects.toMatchObject({ code: OPERATORS });
    expect(graph.runs()).toBe(ATTEMPTS[kind]);
  });

  it('because of our own mistake is not run again', async () => {
    const wrong = 'Neo.ClientError.Statement.SyntaxError';
    const graph = graphThatEnds(1, wrong);
    await expect(inTransaction(graph.driver, 'write', () => Promise.resolve())).rejects.toMatchObject({ code: wrong });
    expect(graph.runs()).toBe(1);
    expect(ranIntoLimit(ended(wrong))).toBe(false);
  });
});
