import { type PersonRegistered, personStream } from '../people/events.js';
import { type TestResult, sampleStream } from '../samples/events.js';
import { placeStream } from '../places/events.js';
import type { Doubt } from '../cases/doubts.js';
import { formatInstant, readInstant } from '../kernel/instant.js';
import { personDecider, type PersonCommand } from '../people/person.js';
import { placeDecider } from '../places/place.js';
import {
  isOfNothing,
  isStated,
  sampleDecider,
  standingOf,
  wordKey,
  type SampleState,
  type StateResult,
} from '../samples/sample.js';
import { handle, load } from '../event-log/handle.js';
import { asTheLogHolds } from '../samples/older-ids.js';
import type { Complaint } from '../requests/refusal.js';
import type { Remark } from './remarks.js';
import type { Row } from './rows.js';
import type { Origin, Outcome, Taken, Tools } from './tools.js';

/** People, places, isolations and results: decided from what their stream says already. */

export async function registerPerson(tools: Tools, row: Row<'people'>, { provenance }: Origin): Promise<Outcome> {
  const { personId, name, phone, keepsPhone, language, householdId } = row;
  const stream = personStream(personId);
  const { registered } = (await load(tools.store, personDecider, stream)).state;
  if (registered && (await saysTheSame(tools, registered, row))) return { status: 'unchanged' };
  const command: PersonCommand = {
    type: 'Register',
    data: {
      personId,
      name: name === null ? null : await tools.sealing.seal(personId, 'name', name, provenance),
      ...(keepsPhone
        ? { phone: registered?.phone ?? null, phoneIndex: registered?.phoneIndex ?? null }
        : {
            phone: phone === null ? null : await tools.sealing.seal(personId, 'phone', phone, provenance),
            phoneIndex: phone === null ? null : tools.master.phoneIndex(phone),
          }),
      language,
      householdId,
    },
    // The sealed fields were opened and compared above, which takes longer than a decider may.
    unchanged: () => false,
  };
  await handle(tools.store, personDecider, stream, command, provenance);
  return { status: 'new' };
}

async function saysTheSame(
  { sealing, master }: Tools,
  known: PersonRegistered['data'],
  row: Row<'people'>,
): Promise<boolean> {
  const phoneIndex = row.phone === null ? null : master.phoneIndex(row.phone);
  if (
    (!row.keepsPhone && known.phoneIndex !== phoneIndex) ||
    known.language !== row.language ||
    known.householdId !== row.householdId
  ) {
    return false;
  }
  if (known.name === null || row.name === null) return known.name === row.name;
  return (await sealing.open(row.personId, 'name', known.name)) === row.name;
}

export async function describePlace({ store }: Tools, row: Row<'places'>, { provenance }: Origin): Promise<Outcome> {
  const command = { type: 'DescribePlace' as const, data: row };
  return said(await handle(store, placeDecider, placeStream(row.placeId), command, provenance));
}

export async function isolatePerson(
  { store }: Tools,
  row: Row<'isolations'>,
  { provenance }: Origin,
): Promise<Outcome> {
  const command: PersonCommand = { type: 'Isolate', ...row };
  return said(await handle(store, personDecider, personStream(row.personId), command, provenance));
}

/**
 * The results of one tube, as the laboratory reported them one after another, whatever order a list has: a retraction may
 * stand above what it takes back. With a key they count also where they were stated before.
 */
export async function reportResults(
  { store, diseases }: Tools,
  rows: readonly Row<'results'>[],
  { provenance, key }: Origin,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const moment = ({ reportedAt, collectedAt }: Row<'results'>) => readInstant(reportedAt ?? collectedAt);
  const inTurn = rows.map((row, at) => ({ row, at })).sort((a, b) => moment(a.row) - moment(b.row));
  for (const { row: given, at } of inTurn) {
    const named = await asTheLogHolds(store, given);
    if ('complaints' in named) {
      outcomes[at] = { status: 'refused', complaints: named.complaints };
      continue;
    }
    const { row } = named;
    if (!(await diseases.has(row.disease))) {
      outcomes[at] = refused(noProfile(row.disease, diseases.known));
      continue;
    }
    const command = commandOf(row, key !== undefined);
    if (command.type === 'ReportResult') command.doubts = diseases.doubts(command.data).map(doubtTold);
    let complaint: Complaint | undefined;
    const remarks: Remark[] = [];
    const decided = (state: SampleState) => {
      complaint = complaintOf(row, command, state);
      // Decided anew where somebody else was faster.
      remarks.length = 0;
      if (isOfNothing(command, state)) {
        remarks.push({ code: 'retracts-nothing', field: 'result', about: row.sampleId });
      }
      return complaint ? undefined : command;
    };
    const handled = await handle(store, sampleDecider, sampleStream(row.sampleId), decided, provenance);
    const standing = standingOf(command, handled.state);
    const otherwise = handled.appended ? 'reported-earlier' : 'superseded';
    outcomes[at] = complaint
      ? refused(complaint)
      : {
          ...said(handled),
          ...(standing !== 'holds' && { standing: standing === 'held' ? 'held' : otherwise }),
          ...(remarks.length > 0 && { remarks }),
        };
  }
  return outcomes;
}

function doubtTold({ column, days, atMost }: Doubt): string {
  const apart = Math.abs(days);
  return days < 0
    ? `${column} is ${apart} days before collected_at: beyond ${atMost} days the profile takes it for another illness`
    : `${column} is ${apart} days after collected_at: beyond ${atMost} days nobody is watched for symptoms`;
}

function commandOf({ result, reportedAt, older: _, ...facts }: Row<'results'>, deliberate: boolean): StateResult {
  const reported = reportedAt ?? facts.collectedAt;
  if (result !== 'retracted') {
    const data: TestResult = { ...facts, result, reportedAt: reported };
    return { type: 'ReportResult', data, deliberate };
  }
  const { sampleId, personId, disease } = facts;
  return { type: 'RetractResult', data: { sampleId, personId, disease, reportedAt: reported }, deliberate };
}

function complaintOf(row: Row<'results'>, command: StateResult, state: SampleState): Complaint | undefined {
  const { personId, disease, reportedAt, collectedAt } = row;
  const word = state.words.get(wordKey(personId, disease));
  const held = state.held.has(wordKey(personId, disease));
  // Without a time of its own nobody can tell whether it came before a result that is not known yet.
  if (!word) return row.result === 'retracted' && !held && reportedAt === null ? nothingToRetract(row) : undefined;
  if (reportedAt !== null || word.asOf <= readInstant(collectedAt) || isStated(command, state)) return undefined;
  return {
    column: 'reported_at',
    reason: `is left out, and a result of this sample was reported at ${formatInstant(word.asOf)}: which of the two is the laboratory's last word cannot be told`,
    fix: 'Write when the laboratory reported this result.',
  };
}

function noProfile(disease: string, known: string[]): Complaint {
  return {
    column: 'disease',
    reason: `"${disease}" has no disease profile`,
    fix: `Known are ${known.join(', ')}; add another with \`npx truyvet profiles add FILE\`.`,
  };
}

function nothingToRetract({ sampleId, personId, disease }: Row<'results'>): Complaint {
  return {
    column: 'result',
    reason: `retracts what was never reported: sample ${sampleId} has no result of ${personId} for ${disease}`,
    fix: 'Correct sample_id, person_id or disease, write reported_at, or import the result before its retraction.',
  };
}

function said({ appended }: { appended: unknown }): Taken {
  return { status: appended === undefined ? 'unchanged' : 'new' };
}

function refused(complaint: Complaint): Outcome {
  return { status: 'refused', complaints: [complaint] };
}
