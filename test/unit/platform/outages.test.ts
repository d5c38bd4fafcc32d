import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { outageLogger } from '../../../src/platform/outages.js';

/** The log lines for these errors. */
function loggedOf(errors: readonly unknown[]): Record<string, unknown>[] {
  const lines: Record<string, unknown>[] = [];
  const logger = pino({ base: null, timestamp: false }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const trouble = outageLogger(logger, (error) => error instanceof RangeError);
  for (const error of errors) trouble('reading', error);
  return lines;
}

const failure = (message: string, code?: string | number) => Object.assign(new Error(message), { code });

describe('Errors in the log', () => {
  it.each([
    ['a refused connection', failure('connect ECONNREFUSED 127.0.0.1:1', 'ECONNREFUSED')],
    ['an event log that is unreachable', failure('14 UNAVAILABLE: Connection dropped', 14)],
    ['a reader dropped as too slow', failure('10 ABORTED: Consumer too slow', 10)],
    ['a graph that is unreachable', failure('Could not perform discovery', 'ServiceUnavailable')],
    ['a Redis that is starting', failure('LOADING Redis is loading the dataset in memory')],
    ['what the caller expects', new RangeError('somebody was faster')],
  ])('include %s in one short line', (_, error) => {
    expect(loggedOf([error])).toEqual([{ level: 40, msg: `reading: ${error.message}` }]);
  });

  it('are reported once while they last', () => {
    const away = failure('connect ECONNREFUSED 127.0.0.1:1', 'ECONNREFUSED');
    const lost = ['a', 'b'].map((id) => failure(`Missing key for job ${id}. moveToFinished`, -1));
    expect(loggedOf([away, away, ...lost])).toEqual([
      { level: 40, msg: 'reading: connect ECONNREFUSED 127.0.0.1:1' },
      { level: 40, msg: 'reading: Missing key for a job moveToFinished' },
    ]);
  });

  it('give the code of an error that says nothing else', () => {
    expect(loggedOf([failure('', 'ECONNREFUSED')])).toEqual([{ level: 40, msg: 'reading: ECONNREFUSED' }]);
  });

  it.each([
    ['an unexpected error', new TypeError('x is not a function')],
    ['an answer that refuses', failure('3 INVALID_ARGUMENT', 3)],
  ])('include %s completely', (_, error) => {
    const [line] = loggedOf([error]);
    expect(line).toMatchObject({ level: 50, msg: 'reading', err: { message: error.message, stack: error.stack } });
  });
});
