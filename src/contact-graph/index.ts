import type { Driver } from 'neo4j-driver';
import { gateOf, type GateOptions } from './gate.js';
import { graphPositionOf, type GraphPosition } from './graph-position.js';
import { connectGraph, type GraphAddress } from './neo4j.js';

export interface Graph extends GraphPosition {
  driver: Driver;
  close(): Promise<void>;
}

/** Connects to the contact graph of an installation. */
export function openGraph(runtime: { urls: { neo4j: GraphAddress } }, gate: GateOptions = {}): Graph {
  const driver = connectGraph(runtime.urls.neo4j);
  gateOf(driver).configure(gate);
  return { driver, ...graphPositionOf(driver), close: () => driver.close() };
}
