import type { Driver } from 'neo4j-driver';
import { connectGraph, type GraphAddress } from './neo4j.js';
import { Neo4jOperators } from './operator-queries.js';
import type { GraphQueries, OperatorQueries } from './ports.js';
import { Neo4jQueries } from './queries.js';
import type { ReminderQueries } from './reminder-ports.js';
import { Neo4jReminders } from './reminder-queries.js';

export interface Graph {
  driver: Driver;
  queries: GraphQueries;
  operators: OperatorQueries;
  reminders: ReminderQueries;
  close(): Promise<void>;
}

/** Connects to the contact graph of an installation. */
export function openGraph(runtime: { urls: { neo4j: GraphAddress } }): Graph {
  const driver = connectGraph(runtime.urls.neo4j);
  return {
    driver,
    queries: new Neo4jQueries(driver),
    operators: new Neo4jOperators(driver),
    reminders: new Neo4jReminders(driver),
    close: () => driver.close(),
  };
}
