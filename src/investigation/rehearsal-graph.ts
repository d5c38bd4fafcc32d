import { GraphReader } from '../contact-graph/graph-reader.js';
import { DAYS } from '../contact-graph/ports.js';
import { int } from '../contact-graph/neo4j.js';
import { SECONDS_PER_DAY } from '../kernel/instant.js';

/** Somebody whose contacts may be looked for, and an instant in seconds at which there is something to find. */
export interface Somebody {
  personId: string;
  at: number;
}

/** Slots that are looked at to find a day on which people were somewhere. */
const SLOTS = 200;

/** Finds people on whom a rehearsal can be run. */
export class Neo4jRehearsal extends GraphReader {
  /** The people of the latest cases; then any people, on a day on which somebody was somewhere. */
  async somebody(limit: number): Promise<Somebody[]> {
    const cases = await this.read<Somebody>(
      ['cases'],
      (label) => `MATCH (c:${label('Case')} {status: 'live'})-[:OF]->(p:Person) WHERE c.from IS NOT NULL
       RETURN p.id AS personId, c.from AS at ORDER BY at DESC LIMIT $limit`,
      { limit: int(limit) },
    );
    if (cases.length >= limit) return cases;
    const others = await this.read<{ personId: string; day: number | null }>(
      ['presence'],
      (label) => `CALL () { MATCH (s:${label('Slot')}) WITH s LIMIT ${SLOTS} RETURN max(s.key % ${DAYS}) AS day }
       MATCH (p:Person) WHERE p.number IS NOT NULL RETURN p.id AS personId, day LIMIT $limit`,
      { limit: int(limit) },
    );
    const found = others.flatMap(({ personId, day }) =>
      day === null ? [] : [{ personId, at: (day + 0.5) * SECONDS_PER_DAY }],
    );
    return [...cases, ...found].slice(0, limit);
  }
}
