import { diseases, type Doubt } from '../cases/index.js';
import { personFirstSeen } from '../presence/index.js';
import { handle } from '../event-log/handle.js';
import { defineRows } from '../intake/define-rows.js';
import { inOrder, reportedAfter, withinAYear } from '../intake/fields.js';
import type { Origin, Outcome } from '../intake/outcome.js';
import type { Remark, RemarkKind } from '../intake/remarks.js';
import { RECORDS, outcomeFor } from '../intake/store-rows.js';
import { formatInstant, readInstant } from '../kernel/instant.js';
import { personalNumberOfId } from '../kernel/personal-numbers.js';
import type { Means } from '../requests/context.js';
import type { Complaint } from '../requests/refusal.js';
import { sampleStream, type TestResult } from './events.js';
import { asTheLogHolds, type ResultRow } from './older-ids.js';
import { RESULT_COLUMNS } from './columns.js';
import {
  isOfNothing,
  isStated,
  sampleDecider,
  standingOf,
  wordKey,
  type SampleState,
  type StateResult,
} from './sample.js';

const SAMPLE_ID_PERSONAL: RemarkKind = {
  code: 'sample-id-personal',
  says: () =>
    'A sample_id looks like a phone or citizen number. It is kept as it is and not compared with the numbers of people; ask the laboratory for other ids.',
};

const RETRACTS_NOTHING: RemarkKind = {
  code: 'retracts-nothing',
  says: () =>
    'No result of this sample, person and disease was reported yet. The retraction is kept: a result that was reported before it but arrives later does not count. Check the three values.',
};

export const results = defineRows({
  name: 'results',
  columns: RESULT_COLUMNS,

  check(ctx, clock, row) {
    if (row.infectious_from !== undefined) {
      inOrder(ctx, row.infectious_from, row.infectious_until, ['infectious_from', 'infectious_until'], false);
    }
    reportedAfter(ctx, clock, row.collected_at, row.reported_at);
    for (const field of ['onset_at', 'rash_at', 'infectious_from', 'infectious_until'] as const) {
      withinAYear(ctx, row.collected_at, row[field], ['collected_at', field]);
    }
    withinAYear(ctx, row.onset_at, row.rash_at, ['onset_at', 'rash_at']);
  },

  row(cells, clock): ResultRow {
    if (personalNumberOfId(cells.sample_id)) clock.notes.remark(SAMPLE_ID_PERSONAL, 'sample_id', cells.sample_id);
    return {
      sampleId: cells.sample_id,
      personId: cells.person_id,
      older: clock.notes.older,
      disease: cells.disease.toLowerCase(),
      collectedAt: cells.collected_at,
      reportedAt: cells.reported_at ?? null,
      result: cells.result,
      onsetAt: cells.onset_at ?? null,
      infectiousFrom: cells.infectious_from ?? null,
      infectiousUntil: cells.infectious_until ?? null,
      poolSize: cells.pool_size ?? 1,
      rashAt: cells.rash_at ?? null,
      method: cells.method ?? null,
      ct: cells.ct ?? null,
    };
  },

  ...RECORDS,
  lane: (row) => row.sampleId,
  names({ personId, collectedAt, older }) {
    // Such a row is refused, or the log already knows its person.
    if (older.some(({ complaint }) => complaint)) return [];
    return [personFirstSeen('person_id', personId, collectedAt)];
  },
  store: reportResults,
});

/**
 * Stores the results of one tube in the order in which the laboratory reported them, whatever their order in the list:
 * a retraction may come before what it retracts. With the caller's key, a statement counts even if it was made before.
 */
async function reportResults(
  means: Means,
  rows: readonly ResultRow[],
  { provenance, key }: Origin,
): Promise<Outcome[]> {
  const { store } = means.base;
  const known = means.of(diseases);
  const outcomes: Outcome[] = [];
  const moment = ({ reportedAt, collectedAt }: ResultRow) => readInstant(reportedAt ?? collectedAt);
  const inTurn = rows.map((row, at) => ({ row, at })).sort((a, b) => moment(a.row) - moment(b.row));
  for (const { row: given, at } of inTurn) {
    const named = await asTheLogHolds(store, given);
    if ('complaints' in named) {
      outcomes[at] = { status: 'refused', complaints: named.complaints };
      continue;
    }
    const { row } = named;
    if (!(await known.has(row.disease))) {
      outcomes[at] = refused(noProfile(row.disease, known.known));
      continue;
    }
    const command = commandOf(row, key !== undefined);
    if (command.type === 'ReportResult') command.doubts = known.doubts(command.data).map(doubtText);
    let complaint: Complaint | undefined;
    const remarks: Remark[] = [];
    const decided = (state: SampleState) => {
      complaint = complaintOf(row, command, state);
      // The decision is repeated if another writer was faster.
      remarks.length = 0;
      if (isOfNothing(command, state)) {
        remarks.push({ kind: RETRACTS_NOTHING, field: 'result', about: row.sampleId });
      }
      return complaint ? undefined : command;
    };
    const handled = await handle(store, sampleDecider, sampleStream(row.sampleId), decided, provenance);
    const standing = standingOf(command, handled.state);
    const otherwise = handled.appended ? 'reported-earlier' : 'superseded';
    outcomes[at] = complaint
      ? refused(complaint)
      : {
          ...outcomeFor(handled),
          ...(standing !== 'holds' && { standing: standing === 'held' ? 'held' : otherwise }),
          ...(remarks.length > 0 && { remarks }),
        };
  }
  return outcomes;
}

function doubtText({ column, days, atMost }: Doubt): string {
  const apart = Math.abs(days);
  return days < 0
    ? `${column} is ${apart} days before collected_at: beyond ${atMost} days the profile takes it for another illness`
    : `${column} is ${apart} days after collected_at: beyond ${atMost} days nobody is watched for symptoms`;
}

function commandOf({ result, reportedAt, older: _, ...facts }: ResultRow, deliberate: boolean): StateResult {
  const reported = reportedAt ?? facts.collectedAt;
  if (result !== 'retracted') {
    const data: TestResult = { ...facts, result, reportedAt: reported };
    return { type: 'ReportResult', data, deliberate };
  }
  const { sampleId, personId, disease } = facts;
  return { type: 'RetractResult', data: { sampleId, personId, disease, reportedAt: reported }, deliberate };
}

function complaintOf(row: ResultRow, command: StateResult, state: SampleState): Complaint | undefined {
  const { personId, disease, reportedAt, collectedAt } = row;
  const word = state.words.get(wordKey(personId, disease));
  const held = state.held.has(wordKey(personId, disease));
  // Without its own time of report it is unknown whether the retraction came before a result that has not arrived yet.
  if (!word) return row.result === 'retracted' && !held && reportedAt === null ? nothingToRetract(row) : undefined;
  if (reportedAt !== null || word.asOf <= readInstant(collectedAt) || isStated(command, state)) return undefined;
  return {
    column: 'reported_at',
    reason: `is missing, but a result of this sample was reported at ${formatInstant(word.asOf)}: without it, nobody knows which is newer`,
    fix: 'Give the time at which the laboratory reported this result.',
  };
}

function noProfile(disease: string, known: string[]): Complaint {
  return {
    column: 'disease',
    reason: `"${disease}" has no disease profile`,
    fix: `Known diseases: ${known.join(', ')}; add another with \`npx truyvet profiles add FILE\`.`,
  };
}

function nothingToRetract({ sampleId, personId, disease }: ResultRow): Complaint {
  return {
    column: 'result',
    reason: `retracts a result that was never reported: sample ${sampleId} has no result of ${personId} for ${disease}`,
    fix: 'Correct sample_id, person_id or disease, write reported_at, or import the result before its retraction.',
  };
}

function refused(complaint: Complaint): Outcome {
  return { status: 'refused', complaints: [complaint] };
}
