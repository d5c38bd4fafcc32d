import { z } from 'zod';
import { readInstant, SECONDS_PER_DAY } from '../kernel/instant.js';
import { personalNumberOfId } from '../kernel/personal-numbers.js';
import type { Clock } from './clock.js';
import { LONG_STAY_SECONDS } from './remarks.js';
import {
  inOrder,
  impersonal,
  impersonalId,
  inRetention,
  instant,
  language,
  number,
  oneOf,
  olderOrNewId,
  opaqueId,
  pastInstant,
  phone,
  refuse,
  reportedAfter,
  text,
  UNREADABLE,
  withinAYear,
} from './fields.js';

/**
 * The rows that come in, by kind. One schema each serves CSV, NDJSON and HTTP: what goes in has the columns' names
 * and, as in CSV every cell is text, takes numbers as text too; what comes out is typed and checked.
 */

const seat = text('Where seats are numbered, such as 12A; its row is the number it begins with.', 20);

/** What a laboratory has on its tubes is taken as it is, since it cannot be told to label them anew. */
const sampleId = (clock: Clock) =>
  olderOrNewId(clock, 'sample_id', 'The tube', { personal: true }).transform((value) => {
    if (personalNumberOfId(value)) clock.notes.remark('sample-id-personal', 'sample_id', value);
    return value;
  });

/** Longer than anybody lies in a ward. */
const LONGEST_STAY_DAYS = 366;

export function rowSchemas(clock: Clock) {
  const past = (description: string) => pastInstant(clock, description);
  /** Line lists have days of these. */
  const pastDay = (description: string) => pastInstant(clock, description, 'begin');
  const planned = (description: string, edge: 'begin' | 'end') => instant(clock, description, edge);
  return {
    people: z
      .strictObject({
        person_id: impersonalId('The person'),
        name: text('Sealed at once.', 200).optional(),
        phone: phone(clock).optional(),
        language: language(clock).optional(),
        household_id: impersonalId('Shared by the people of one household').optional(),
      })
      .transform((row) => ({
        personId: row.person_id,
        name: row.name ?? null,
        phone: row.phone === undefined || row.phone === UNREADABLE ? null : row.phone,
        /** Whatever phone is known stays: that of the row cannot be read. */
        keepsPhone: row.phone === UNREADABLE,
        language: row.language ?? 'vi',
        householdId: row.household_id ?? null,
      })),

    places: z
      .strictObject({
        place_id: impersonalId('The place'),
        name: text('What people call it.', 200),
        kind: text('Such as restaurant, school, bus.', 100),
        capacity: number({ description: 'People it holds.', integer: true, from: 0, to: 10_000_000 }).optional(),
        latitude: number({ description: 'Degrees north.', from: -90, to: 90 }).optional(),
        longitude: number({ description: 'Degrees east.', from: -180, to: 180 }).optional(),
        default_stay_minutes: number({
          description: 'How long a visit without check-out lasts; 60 when left out.',
          integer: true,
          from: 1,
          to: 10_080,
        }).optional(),
      })
      .transform((row) => ({
        placeId: row.place_id,
        name: row.name,
        kind: row.kind,
        capacity: row.capacity ?? null,
        latitude: row.latitude ?? null,
        longitude: row.longitude ?? null,
        defaultStayMinutes: row.default_stay_minutes ?? null,
      })),

    'check-ins': z
      .strictObject({
        person_id: impersonalId('Who came'),
        place_id: impersonalId('Where to'),
        arrived_at: past('When the stay began'),
        left_at: past('When it ended; left out while no check-out is known').optional(),
        seat: seat.optional(),
        visit_id: opaqueId("The source's own id of the visit; person, place and arrival name it otherwise.").optional(),
      })
      .superRefine((row, ctx) => aStay(ctx, clock, row))
      .transform((row) => ({
        personId: row.person_id,
        placeId: row.place_id,
        arrivedAt: row.arrived_at,
        leftAt: row.left_at ?? null,
        seat: row.seat ? row.seat : null,
        visitId: row.visit_id,
      })),

    proximity: z
      .strictObject({
        person_a: impersonalId('One of the two, in any order'),
        person_b: impersonalId('The other'),
        started_at: past('When they came near'),
        ended_at: past('When they parted'),
        distance_m: number({ description: 'Metres between them, where measured.', from: 0, to: 100_000 }).optional(),
      })
      .superRefine((row, ctx) => {
        inOrder(ctx, row.started_at, row.ended_at, ['started_at', 'ended_at']);
        inRetention(ctx, clock, row.started_at, row.ended_at, 'started_at');
        withinAYear(ctx, row.started_at, row.ended_at, ['started_at', 'ended_at']);
        if (row.person_a === row.person_b) {
          refuse(ctx, 'is the same person as person_a', 'Name two different people.', ['person_b']);
        }
      })
      .transform((row) => ({
        // The pair has no order: the lower id comes first, whichever phone reported it.
        personA: row.person_a < row.person_b ? row.person_a : row.person_b,
        personB: row.person_a < row.person_b ? row.person_b : row.person_a,
        startedAt: row.started_at,
        endedAt: row.ended_at,
        distanceMetres: row.distance_m ?? null,
      })),

    results: z
      .strictObject({
        sample_id: sampleId(clock),
        person_id: olderOrNewId(clock, 'person_id', impersonal('Whose result it is')),
        disease: opaqueId('As the disease profiles name it'),
        collected_at: pastDay('When the sample was taken'),
        reported_at: pastDay('When the laboratory reported it; taken as collected_at when left out').optional(),
        result: oneOf('What the laboratory says; retracted takes an earlier result back.', [
          'positive',
          'negative',
          'inconclusive',
          'retracted',
        ]),
        onset_at: pastDay('When symptoms began').optional(),
        infectious_from: planned(
          "Beginning of an investigator's own window, which wins over the profile's",
          'begin',
        ).optional(),
        infectious_until: planned('Its end, excluded', 'end').optional(),
        pool_size: number({
          description: 'People in the tube, 1 when left out; above 1 no case is opened.',
          integer: true,
          from: 1,
          to: 1000,
        }).optional(),
        rash_at: pastDay('When the rash broke out').optional(),
        method: oneOf('How it was tested.', ['pcr', 'antigen', 'other']).optional(),
        ct: number({ description: 'Cycle threshold of a PCR.', from: 0, to: 100 }).optional(),
      })
      .superRefine((row, ctx) => {
        if (row.infectious_from !== undefined) {
          inOrder(ctx, row.infectious_from, row.infectious_until, ['infectious_from', 'infectious_until'], false);
        }
        reportedAfter(ctx, clock, row.collected_at, row.reported_at);
        for (const field of ['onset_at', 'rash_at', 'infectious_from', 'infectious_until'] as const) {
          withinAYear(ctx, row.collected_at, row[field], ['collected_at', field]);
        }
        withinAYear(ctx, row.onset_at, row.rash_at, ['onset_at', 'rash_at']);
      })
      .transform((row) => ({
        sampleId: row.sample_id,
        personId: row.person_id,
        older: clock.notes.older,
        disease: row.disease.toLowerCase(),
        collectedAt: row.collected_at,
        /** Null where the row does not say; then it is taken to be when the sample was taken. */
        reportedAt: row.reported_at ?? null,
        result: row.result,
        onsetAt: row.onset_at ?? null,
        infectiousFrom: row.infectious_from ?? null,
        infectiousUntil: row.infectious_until ?? null,
        poolSize: row.pool_size ?? 1,
        rashAt: row.rash_at ?? null,
        method: row.method ?? null,
        ct: row.ct ?? null,
      })),

    isolations: z
      .strictObject({
        person_id: impersonalId('Who is isolated'),
        started_at: pastDay('From when on; names the isolation'),
        ended_at: planned('Until when; left out while it lasts', 'end').optional(),
      })
      .superRefine((row, ctx) => {
        inOrder(ctx, row.started_at, row.ended_at, ['started_at', 'ended_at']);
        withinAYear(ctx, row.started_at, row.ended_at, ['started_at', 'ended_at']);
      })
      .transform((row) => ({ personId: row.person_id, startedAt: row.started_at, endedAt: row.ended_at ?? null })),
  };
}

function aStay(ctx: z.RefinementCtx, clock: Clock, row: { arrived_at: string; left_at?: string | undefined }): void {
  inOrder(ctx, row.arrived_at, row.left_at, ['arrived_at', 'left_at']);
  inRetention(ctx, clock, row.arrived_at, row.left_at, 'arrived_at');
  // A mistyped year would make it the stay of everybody who came there since.
  if (row.left_at === undefined) return;
  const lasts = readInstant(row.left_at) - readInstant(row.arrived_at);
  const about = `${row.arrived_at} until ${row.left_at}`;
  if (lasts === 0) clock.notes.remark('no-stay', 'left_at', about);
  else if (lasts > LONG_STAY_SECONDS) clock.notes.remark('long-stay', 'left_at', about);
  if (lasts <= LONGEST_STAY_DAYS * SECONDS_PER_DAY) return;
  refuse(
    ctx,
    `(${row.left_at}) is more than ${LONGEST_STAY_DAYS} days after arrived_at (${row.arrived_at})`,
    `Correct one of the two times; a stay that lasts so long goes in as several of ${LONGEST_STAY_DAYS} days at most.`,
    ['left_at'],
  );
}

export type RowSchemas = ReturnType<typeof rowSchemas>;
export type Kind = keyof RowSchemas;
export type Row<K extends Kind> = z.output<RowSchemas[K]>;

/** Columns that a header must have, though their cells may be empty where the schema says so. */
export const REQUIRED_COLUMNS: { [K in Kind]: readonly (keyof z.input<RowSchemas[K]> & string)[] } = {
  people: ['person_id', 'name', 'phone'],
  places: ['place_id', 'name', 'kind'],
  'check-ins': ['person_id', 'place_id', 'arrived_at', 'left_at'],
  proximity: ['person_a', 'person_b', 'started_at', 'ended_at'],
  results: ['sample_id', 'person_id', 'disease', 'collected_at', 'reported_at', 'result'],
  isolations: ['person_id', 'started_at'],
};
export const KINDS = Object.keys(REQUIRED_COLUMNS) as Kind[];

/** What may still be said of a visit that was recorded; person and arrival tell in which stream it stands. */
export function visitSchemas(clock: Clock) {
  const visit = {
    person_id: impersonalId('Who came'),
    place_id: impersonalId('Where to'),
    arrived_at: pastInstant(clock, 'When the stay began'),
  };
  const leftAt = pastInstant(clock, 'When it ended');
  return {
    'check-out': z
      .strictObject({ ...visit, left_at: leftAt })
      .superRefine((row, ctx) => aStay(ctx, clock, row))
      .transform((row) => ({
        personId: row.person_id,
        placeId: row.place_id,
        arrivedAt: row.arrived_at,
        leftAt: row.left_at,
      })),
    correct: z
      .strictObject({ ...visit, left_at: leftAt.optional(), seat: seat.optional() })
      .superRefine((row, ctx) => aStay(ctx, clock, row))
      .transform((row) => ({
        personId: row.person_id,
        placeId: row.place_id,
        arrivedAt: row.arrived_at,
        leftAt: row.left_at ?? null,
        seat: row.seat ? row.seat : null,
      })),
    retract: z
      .strictObject({ person_id: visit.person_id, arrived_at: visit.arrived_at })
      .transform((row) => ({ personId: row.person_id, arrivedAt: row.arrived_at })),
  };
}

type VisitSchemas = ReturnType<typeof visitSchemas>;
export type VisitChange = keyof VisitSchemas;
export type VisitRow<C extends VisitChange> = z.output<VisitSchemas[C]>;
