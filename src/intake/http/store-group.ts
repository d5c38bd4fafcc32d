import { defineCommandOf, type Operation } from '../../requests/define.js';
import { RowRefused } from '../../requests/refusal.js';
import type { RowKind, Rows } from '../define-rows.js';
import { ofPerson } from '../groups.js';
import { fieldError, type FieldError } from '../listed-errors.js';
import type { ReadEach } from '../read-rows.js';
import { warningOf } from '../remarks.js';
import { storeLane } from '../store-rows.js';
import { newIn, type IngestSettings, type Taking, type Warning } from './commands.js';

/** A kind of rows whose rows may name several people. */
export type GroupKind = RowKind & Required<Pick<RowKind, 'groups'>>;

export interface GroupAnswer {
  visits: { person_id: string; visit_id: string }[];
  /** Errors of the people who were refused, each with the person. */
  errors: FieldError[];
  warnings: Warning[];
}

/** Stores the rows of a group; some of its people may already have been refused. */
export function storeGroup(
  { groups: { name }, permission }: Pick<Rows, 'permission'> & Required<Pick<Rows, 'groups'>>,
  kind: GroupKind,
  { scanning, zone, counted }: IngestSettings,
): Operation<Taking<ReadEach<unknown>>, GroupAnswer> {
  return defineCommandOf({
    ...{ name, permission },
    async handle(context, { read: group, key }) {
      const firstSeen = await newIn(context, kind, group.rows);
      const visits: GroupAnswer['visits'] = [];
      const complaints = [...group.complaints];
      for (const row of group.rows) {
        const personId = kind.groups.person(row);
        const [outcome] = await storeLane(context, kind, [row], { provenance: context.provenance, key, scanning });
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
    },
  });
}
