import { GraphReader } from '../contact-graph/graph-reader.js';
import { workerDependency } from '../work/worker.js';

/** Queries of the contact graph on places. */
export interface PlaceGraph {
  /** How many people each place holds; places of unknown capacity are omitted. */
  capacities(placeIds: readonly string[]): Promise<Map<string, number>>;
}

export class Neo4jPlaces extends GraphReader implements PlaceGraph {
  async capacities(placeIds: readonly string[]): Promise<Map<string, number>> {
    const known = await this.read<{ id: string; capacity: number }>(
      ['places'],
      (label) => `UNWIND $placeIds AS id MATCH (p:Place {id: id}) WHERE p.${label('Place.capacity')} IS NOT NULL
       RETURN p.id AS id, p.${label('Place.capacity')} AS capacity`,
      { placeIds },
    );
    return new Map(known.map(({ id, capacity }) => [id, capacity]));
  }
}

/** The queries in a worker. */
export const PLACE_GRAPH = workerDependency('place graph', ({ base }): PlaceGraph => new Neo4jPlaces(base.driver));
