import type { Driver } from 'neo4j-driver';
import { gateOf, type GateOptions } from './gate.js';
import { connectGraph, type GraphAddress } from './neo4j.js';
import { Neo4jOperators } from '../operations/operator-queries.js';
import type { GraphQueries, OperatorQueries } from './ports.js';
import { Neo4jQueries } from './queries.js';
import type { ReminderQueries } from '../reminders/reminder-ports.js';
import { Neo4jReminders } from '../reminders/reminder-queries.js';

export interface Graph {
  driver: Driver;
  /** For the program itself, which waits for the position that it needs. */
  queries: GraphQueries;
  /** The same for people, who get no answer while the graph is being filled. */
  people: GraphQueries;
  operators: OperatorQueries;
  reminders: ReminderQueries;
  close(): Promise<void>;
}

/** Connects to the contact graph of an installation. */
export function openGraph(runtime: { urls: { neo4j: GraphAddress } }, gate: GateOptions = {}): Graph {
  const driver = connectGraph(runtime.urls.neo4j);
  gateOf(driver).configure(gate);
  return {
    driver,
    queries: new Neo4jQueries(driver),
    people: new Neo4jQueries(driver, true),
    operators: new Neo4jOperators(driver),
    reminders: new Neo4jReminders(driver),
    close: () => driver.close(),
  };
}
