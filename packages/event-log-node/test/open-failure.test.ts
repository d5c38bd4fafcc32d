import { describe, expect, it } from '@jest/globals';
import { EventLogError } from '../src/event-log-error.js';
import { openFailure } from '../src/store/open-failure.js';

const failure = (message: string, code?: string | number) => Object.assign(new Error(message), { code });

describe('An error when the event log is opened', () => {
  it.each([
    ['a full disk', failure('ENOSPC: no space left on device, write', 'ENOSPC'), /no room left on the disk of \/data/],
    ['a full quota', failure('EDQUOT: disk quota exceeded, open', 'EDQUOT'), /no room left on the disk of \/data/],
    ['a full disk in the words of LMDB', failure('No space left on device', 28), /no room left/],
    [
      'a forbidden file',
      failure("EACCES: permission denied, open '/data/log'", 'EACCES'),
      /may not write.*\/data\/log/,
    ],
    ['a forbidden change', failure('EPERM: operation not permitted, mkdir', 'EPERM'), /may not write/],
    ['a forbidden file in the words of LMDB', failure('Permission denied', 13), /may not write/],
    ['a disk mounted to be read', failure('EROFS: read-only file system, open', 'EROFS'), /can only be read/],
  ])('reports %s in a sentence, and what to do', (_, error, sentence) => {
    const told = openFailure('/data', error);
    expect(told).toBeInstanceOf(EventLogError);
    expect((told as EventLogError).message).toMatch(sentence);
    expect((told as EventLogError).fix).toBeTruthy();
  });

  it('is passed on unchanged if its meaning is unknown', () => {
    const error = failure('Invalid argument', 22);
    expect(openFailure('/data', error)).toBe(error);
  });
});
