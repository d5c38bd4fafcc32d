import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { requireRight } from '../../requests/perform.js';
import { RowRefused } from '../../requests/refusal.js';
import type { RowKind } from '../define-rows.js';
import { ofPerson } from '../groups.js';
import type { Origin } from '../outcome.js';
import type { ReadEach } from '../read-rows.js';
import { warningOf } from '../remarks.js';
import { storeLane } from '../store-rows.js';
import { fieldError, INGEST_SETTINGS, newIn, type FieldError, type IngestSettings, type Warning } from './commands.js';

/** A kind of rows whose rows may name several people. */
export type GroupKind = RowKind & Required<Pick<RowKind, 'groups'>>;

export interface GroupAnswer {
  visits: { person_id: string; visit_id: string }[];
  /** Errors of the people who were refused, each with the person. */
  errors: FieldError[];
  warnings: Warning[];
}

/** Command to store the rows of a group; some of its people may already have been refused. */
export class StoreGroup extends Command<GroupAnswer> {
  constructor(
    readonly permission: string,
    readonly kind: GroupKind,
    readonly group: ReadEach<unknown>,
    readonly origin: Origin,
  ) {
    super();
  }
}

@CommandHandler(StoreGroup)
export class StoreGroupHandler implements ICommandHandler<StoreGroup> {
  constructor(@Inject(INGEST_SETTINGS) private readonly settings: IngestSettings) {}

  async execute({ permission, kind, group, origin }: StoreGroup): Promise<GroupAnswer> {
    requireRight(permission);
    const { means, scanning, zone, counted } = this.settings;
    const firstSeen = await newIn(means, kind, group.rows);
    const visits: GroupAnswer['visits'] = [];
    const complaints = [...group.complaints];
    for (const row of group.rows) {
      const personId = kind.groups.person(row);
      const [outcome] = await storeLane(means, kind, [row], { ...origin, scanning });
      if (outcome?.status === 'refused') {
        complaints.push(...outcome.complaints.map((complaint) => ofPerson(personId, complaint)));
      } else if (outcome?.visitId !== undefined) {
        visits.push({ person_id: personId, visit_id: outcome.visitId });
      }
    }
    counted(kind.name, complaints.length > 0 ? 'rejected' : 'accepted', 1);
    if (visits.length === 0) throw new RowRefused(complaints);
    const warnings = [...group.remarks, ...firstSeen].map((remark) => warningOf(remark, zone));
    return { visits, errors: complaints.map(fieldError), warnings };
  }
}
