import { pino, type Logger } from 'pino';
import type { Config } from './config.js';
import { hidden } from './secrets.js';

/** Logs lines of JSON, or readable lines on a terminal. Never pass personal data to it. */
export function createLogger(config: Pick<Config, 'logLevel'>, name: string): Logger {
  // Errors of the clients may contain the URL of a service with its password.
  const base = { name, level: config.logLevel, hooks: { streamWrite: hidden } };
  if (!process.stderr.isTTY) return pino(base, pino.destination({ dest: 2, sync: true }));
  return pino({
    ...base,
    transport: {
      target: 'pino-pretty',
      options: { destination: 2, ignore: 'pid,hostname', translateTime: 'HH:MM:ss' },
    },
  });
}
