import type { Driver } from './driver.js';
import { SLOTS, type Move } from './checkpoints.js';
import { writeDiaries } from './diary-writer.js';
import { labelling, suffixOf, type Instance, type LabelOf } from './instances.js';
import { int, type Tx } from './neo4j.js';
import { Numbering } from './numbering.js';
import type { Position } from '../event-log/event-store.js';
import type { FactProjection, VisitProjection } from './projection.js';
import type { RowChanges } from './row-changes.js';
import { writeSlots } from './slot-writer.js';
import { Visits } from './visits.js';

/**
 * One build of the rows of visits, and what is remembered of them: none of it is valid for the rows of another build.
 */
export class VisitRows {
  readonly label: LabelOf;
  readonly numbering: Numbering;
  readonly visits: Visits;
  /** Writes the lengths of stay by which these visits are imputed. */
  readonly stays: FactProjection;

  constructor(
    driver: Driver,
    epoch: string,
    readonly projection: VisitProjection,
    private readonly instance: Instance,
    numbersKept?: number,
  ) {
    this.label = labelling([instance]);
    this.numbering = new Numbering(driver, epoch, this.label, numbersKept);
    this.visits = new Visits(driver, this.label);
    this.stays = staysOf(projection);
  }

  /** Distinguishes this build from others. */
  get made(): string | null {
    return this.instance.made;
  }

  /** Must be called once, before the first batch. */
  async load(): Promise<void> {
    await Promise.all([this.visits.load(), this.numbering.load()]);
  }

  /** Moves the checkpoint of one writer, once these rows are active. */
  move(writer: string, from: Position | undefined): Move {
    const partition = `${writer}${suffixOf(this.instance)}`;
    return { projection: this.projection.name, partition, from, state: 'active' };
  }

  /** Writes the changes of one writer, by its index in `VISIT_WRITERS`. */
  async write(tx: Tx, writer: number, changes: RowChanges): Promise<void> {
    if (writer < SLOTS.length) await writeSlots(tx, this.label, changes.slots(writer));
    else await writeDiaries(tx, this.label, changes.diaries(writer - SLOTS.length));
  }
}

/** How long people without a check-out stay, by place and by kind of place, as the visits of these events use it. */
export function staysOf(visits: VisitProjection): FactProjection {
  return {
    ...{ name: visits.name, version: visits.version, owns: visits.owns, events: visits.events },
    mentions: () => ({}),

    async write({ tx, label }, events) {
      const described: unknown[] = [];
      const ruled = new Map<string, unknown>();
      const minutes = (stay: number | null) => (stay === null ? null : int(stay));
      for (const step of events.map((event) => visits.step(event))) {
        if ('placeId' in step) described.push([step.placeId, step.kind, minutes(step.ownStay)]);
        else if ('ruled' in step) ruled.set(step.ruled, minutes(step.stayMinutes));
      }
      if (described.length > 0) {
        await tx.run(
          `UNWIND $described AS row MATCH (p:Place {id: row[0]})
           SET p.${label('Place.kind')} = row[1], p.${label('Place.stayMinutes')} = row[2]`,
          { described },
        );
      }
      if (ruled.size === 0) return;
      await tx.run(`UNWIND $ruled AS row MERGE (r:${label('StayRule')} {kind: row[0]}) SET r.stayMinutes = row[1]`, {
        ruled: [...ruled],
      });
    },
  };
}
