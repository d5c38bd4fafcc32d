import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ofPerson } from '../../intake/groups.js';
import {
  fieldError,
  INGEST_SETTINGS,
  newIn,
  type FieldError,
  type IngestSettings,
  type Stored,
  type Warning,
} from '../../intake/http/commands.js';
import type { Origin } from '../../intake/outcome.js';
import type { ReadEach } from '../../intake/read-rows.js';
import { warningOf } from '../../intake/remarks.js';
import { storeLane } from '../../intake/store-rows.js';
import { RowRefused } from '../../requests/refusal.js';
import type { CheckInRow, Fact } from '../presence.js';
import { checkIns } from '../store-check-ins.js';
import { storePresence } from '../store-presence.js';

/** What became of a change of a visit. */
export type Changed = Pick<Stored, 'zone' | 'zone_assumed'>;

export interface GroupAnswer {
  visits: { person_id: string; visit_id: string }[];
  /** People who could not be taken, each named. */
  errors: FieldError[];
  warnings: Warning[];
}

/** Stores the check-ins of a group; some of its people may have been refused already. */
export class StoreGroup extends Command<GroupAnswer> {
  constructor(
    readonly group: ReadEach<CheckInRow>,
    readonly origin: Origin,
  ) {
    super();
  }
}

/** Ends, corrects or retracts a visit. */
export class ChangeVisit extends Command<void> {
  constructor(readonly fact: Fact) {
    super();
  }
}

@CommandHandler(StoreGroup)
export class StoreGroupHandler implements ICommandHandler<StoreGroup> {
  constructor(@Inject(INGEST_SETTINGS) private readonly settings: IngestSettings) {}

  async execute({ group: { rows, complaints: refusedBefore, remarks }, origin }: StoreGroup): Promise<GroupAnswer> {
    const { means, scanning, zone, counted } = this.settings;
    const firstSeen = await newIn(means, checkIns, rows);
    const visits: GroupAnswer['visits'] = [];
    const complaints = [...refusedBefore];
    for (const row of rows) {
      const [outcome] = await storeLane(means, checkIns, [row], { ...origin, scanning });
      if (outcome?.status === 'refused') {
        complaints.push(...outcome.complaints.map((complaint) => ofPerson(row.personId, complaint)));
      } else if (outcome?.visitId !== undefined) {
        visits.push({ person_id: row.personId, visit_id: outcome.visitId });
      }
    }
    counted(checkIns.name, complaints.length > 0 ? 'rejected' : 'accepted', 1);
    if (visits.length === 0) throw new RowRefused(complaints);
    const warnings = [...remarks, ...firstSeen].map((remark) => warningOf(remark, zone));
    return { visits, errors: complaints.map(fieldError), warnings };
  }
}

@CommandHandler(ChangeVisit)
export class ChangeVisitHandler implements ICommandHandler<ChangeVisit> {
  constructor(@Inject(INGEST_SETTINGS) private readonly settings: IngestSettings) {}

  async execute({ fact }: ChangeVisit): Promise<void> {
    await storePresence(this.settings.means.base.store, [fact]);
    this.settings.counted('visits', 'accepted', 1);
  }
}
