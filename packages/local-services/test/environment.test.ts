import { describe, expect, it } from '@jest/globals';
import { serviceEnvironment } from '../src/environment.js';

const given = {
  ...{ PATH: '/usr/bin', HOME: '/home/a', LC_ALL: 'C', JAVA_HOME: '/java', https_proxy: 'p', MAVEN_OPTS: '-X' },
  ...{ TRUYVET_MASTER_KEY: 'key', TRUYVET_SERVICE_KEY: 'key', NEO4J_PASSWORD: 'p', REDIS_URL: 'redis://:p@h' },
  ...{ ESMS_SECRET: 's', AWS_SECRET_ACCESS_KEY: 's', EVENTSTORE_URL: 'esdb://admin:p@h' },
};

describe('A program that is started', () => {
  it('gets what it needs to run, and no key or password of this process', () => {
    expect(serviceEnvironment({ NEO4J_HOME: '/n' }, given)).toEqual({
      ...{ PATH: '/usr/bin', HOME: '/home/a', LC_ALL: 'C', JAVA_HOME: '/java', https_proxy: 'p', MAVEN_OPTS: '-X' },
      NEO4J_HOME: '/n',
    });
  });
});
