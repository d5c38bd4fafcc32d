import { describe, expect, it } from '@jest/globals';
import type { ArgumentsHost } from '@nestjs/common';
import { pino } from 'pino';
import { ProblemFilter, type Problem } from '../../../src/entrypoints/api/problem.js';
import { StreamDeleted, WrongRevision } from '../../../src/log/event-store.js';

/** What a caller over HTTP is told of an error. */
function told(error: unknown): Problem {
  let body = '';
  const response = {
    headersSent: false,
    status: () => response,
    type: () => response,
    send: (text: string) => (body = text),
  };
  const http = { getRequest: () => ({ method: 'POST', complete: true }), getResponse: () => response };
  new ProblemFilter(pino({ level: 'silent' }), () => []).catch(error, {
    switchToHttp: () => http,
  } as unknown as ArgumentsHost);
  return JSON.parse(body) as Problem;
}

describe('An error of the log, over HTTP,', () => {
  it('says of an erased person that nothing more can be noted, and is no fault of the server', () => {
    const problem = told(new StreamDeleted('key-p1'));
    expect(problem.status).toBe(410);
    expect(problem.fix).toMatch(/person who was erased/);
  });

  it('says that somebody else wrote at the same moment', () => {
    expect(told(new WrongRevision('case-1', 3, 4)).status).toBe(409);
  });

  it('says that the log does not let the program in', () => {
    const refused = Object.assign(new Error('16 UNAUTHENTICATED'), { type: 'access-denied', code: 16 });
    expect(told(refused)).toMatchObject({ status: 503, detail: 'The event log does not let us in.' });
  });
});
