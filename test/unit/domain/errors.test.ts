import { EventLogError } from '@truyvet/event-log-node';
import { NotRunning, ServicesError } from '@truyvet/local-services';
import { GatewayError } from '@truyvet/message-gateway';
import { describe, expect, it } from '@jest/globals';
import { isForPeople, UserError } from '../../../src/kernel/errors.js';

describe('An error', () => {
  it.each([
    new UserError('The file is gone.'),
    new EventLogError('in-use', 'The folder is in use.', 'Stop the other one.'),
    new ServicesError('tool-missing', 'redis-server was not found.'),
    new NotRunning('not-running', 'Redis is not running.', 'Start it.'),
    new GatewayError('settings-wrong', 'providers.json is wrong.', 'Correct it.'),
  ])('of the program or of a package is shown to people in its own words: $name', (error) => {
    expect(isForPeople(error)).toBe(true);
  });

  it.each([
    ['of the code', new TypeError('x is not a function')],
    ['of the system', Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT' })],
    ['of gRPC', Object.assign(new Error('14 UNAVAILABLE'), { code: 14, fix: 'none' })],
    ['that is none', { code: 'in-use', fix: 'Stop it.', message: 'It is in use.' }],
  ])('%s is not', (_, error) => {
    expect(isForPeople(error)).toBe(false);
  });
});
