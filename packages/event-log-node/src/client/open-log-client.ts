import './uncompressed.js';
import { EventStoreDBClient } from '@eventstore/db-client';

/** @param url a connection string, such as `esdb://127.0.0.1:7813?tls=false`. */
export function openLogClient(url: string): EventStoreDBClient {
  // eslint-disable-next-line no-restricted-syntax -- this is that place
  return EventStoreDBClient.connectionString(url);
}
