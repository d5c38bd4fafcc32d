import type { Driver } from 'neo4j-driver';
import { gateOf, type GateOptions } from './gate.js';
import { connectGraph, type GraphAddress } from './neo4j.js';
import type { GraphQueries } from './ports.js';
import { Neo4jQueries } from './queries.js';

export interface Graph {
  driver: Driver;
  /** For the program itself, which waits for the position that it needs. */
  queries: GraphQueries;
  /** For people, who get an error while the graph is being filled. */
  people: GraphQueries;
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
    close: () => driver.close(),
  };
}
