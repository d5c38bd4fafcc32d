import { pino, type Logger } from 'pino';
import type { Config } from './config.js';

/** Lines of JSON, or readable ones where a person looks on. Personal data is never given to it. */
export function createLogger(config: Pick<Config, 'logLevel'>, name: string): Logger {
  const base = { name, level: config.logLevel };
  if (!process.stderr.isTTY) return pino(base, pino.destination({ dest: 2, sync: true }));
  return pino({
    ...base,
    transport: {
      target: 'pino-pretty',
      options: { destination: 2, ignore: 'pid,hostname', translateTime: 'HH:MM:ss' },
    },
  });
}
