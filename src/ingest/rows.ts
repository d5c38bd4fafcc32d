import { z } from 'zod';
import { isVietnameseMobile, normalisePhone } from './phone.js';
import { readTime } from './times.js';

/**
 * The rows that come in, by kind. One schema each serves CSV, NDJSON and HTTP: what goes in has the columns' names
 * and, as in CSV every cell is text, takes numbers as text too; what comes out is typed and checked.
 */

/** How times without a zone are read; `assumed` tells whether the row read last had one. */
export interface Clock {
  readonly zone: string;
  assumed: boolean;
}

const CONTROL = /[\p{Cc}\uFFFD]/u;

type Ctx = z.RefinementCtx;

function refuse(ctx: Ctx, reason: string, fix: string, path: string[] = []): never {
  ctx.addIssue({ code: 'custom', message: reason, params: { fix }, path });
  return z.NEVER;
}

function readable(value: string, ctx: Ctx, longest: number): string {
  if (value.length > longest) return refuse(ctx, `is longer than ${longest} characters`, 'Shorten it.');
  if (CONTROL.test(value)) {
    return refuse(ctx, 'holds characters that are not text', 'Save the file as UTF-8, and the field in one line.');
  }
  return value;
}

const opaqueId = (description: string) =>
  z
    .string()
    .meta({ description, minLength: 1, maxLength: 100 })
    .transform((value, ctx) => {
      if (value !== value.trim()) return refuse(ctx, 'begins or ends with a space', 'Remove the space.');
      return readable(value, ctx, 100);
    });

const personId = (description: string) =>
  opaqueId(`${description}: an opaque id, never a phone number.`).transform((value, ctx) =>
    isVietnameseMobile(value)
      ? refuse(
          ctx,
          'is a phone number: families share phones, so one does not name a person',
          'Give an id of your own for each person, and the phone in the column phone of people.',
        )
      : value,
  );

const instant = (clock: Clock, description: string) =>
  z
    .string()
    .meta({
      description: `${description}: ISO 8601; without offset, of the tenant's zone.`,
      example: '2021-08-01T09:30:00+07:00',
    })
    .transform((value, ctx) => {
      const read = readTime(value, clock.zone);
      if ('reason' in read) return refuse(ctx, read.reason, read.fix);
      clock.assumed ||= read.zoneAssumed;
      return read.instant;
    });

interface NumberRange {
  description: string;
  integer?: boolean;
  from: number;
  to: number;
}

const number = ({ description, integer = false, from, to }: NumberRange) =>
  z
    .union([z.number(), z.string()])
    .meta({ description: `${description} (${integer ? 'whole number, ' : ''}${from} to ${to})` })
    .transform((value, ctx) => {
      const read = typeof value === 'number' ? value : /^\s*[+-]?\d+(?:\.\d+)?\s*$/.test(value) ? Number(value) : NaN;
      if (Number.isFinite(read) && read >= from && read <= to && (!integer || Number.isInteger(read))) return read;
      return refuse(
        ctx,
        `is no ${integer ? 'whole ' : ''}number from ${from} to ${to} ("${String(value).slice(0, 40)}")`,
        'Write digits only, with a point before decimals, or leave it empty.',
      );
    });

const oneOf = <const Value extends string>(description: string, values: readonly Value[]) =>
  z
    .string()
    .meta({ description, enum: [...values] })
    .transform((value, ctx): Value => {
      const found = values.find((each) => each === value.trim().toLowerCase());
      return found ?? refuse(ctx, `is "${value.slice(0, 40)}"`, `Give one of: ${values.join(', ')}.`);
    });

const text = (description: string, longest: number) =>
  z
    .string()
    .meta({ description, maxLength: longest })
    .transform((value, ctx) => readable(value.trim(), ctx, longest));

const phone = z
  .string()
  .meta({ description: 'Sealed at once; without country code a number of Viet Nam.', example: '0912 345 678' })
  .transform(
    (value, ctx) =>
      normalisePhone(value) ??
      refuse(ctx, 'is no phone number', 'Correct it, or leave it empty when the person has none.'),
  );

/** Refuses what ends before it begins. */
function inOrder(ctx: Ctx, from: string, to: string | undefined, fields: [string, string], equalToo = true): void {
  if (to === undefined || to > from || (equalToo && to === from)) return;
  refuse(
    ctx,
    `(${to}) is ${equalToo ? 'before' : 'not after'} ${fields[0]} (${from})`,
    'Correct one of the two times, or the zone of one.',
    [fields[1]],
  );
}

export function rowSchemas(clock: Clock) {
  const time = (description: string) => instant(clock, description);
  return {
    people: z
      .strictObject({
        person_id: personId('The person'),
        name: text('Sealed at once.', 200).optional(),
        phone: phone.optional(),
        language: oneOf('Language of messages; vi when left out.', ['vi', 'en']).optional(),
        household_id: opaqueId('People of one household share it.').optional(),
      })
      .transform((row) => ({
        personId: row.person_id,
        name: row.name ?? null,
        phone: row.phone ?? null,
        language: row.language ?? ('vi' as const),
        householdId: row.household_id ?? null,
      })),

    places: z
      .strictObject({
        place_id: opaqueId('The place'),
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
        person_id: personId('Who came'),
        place_id: opaqueId('Where to'),
        arrived_at: time('When the stay began'),
        left_at: time('When it ended; left out while no check-out is known').optional(),
        visit_id: opaqueId("The source's own id of the visit; person, place and arrival name it otherwise.").optional(),
      })
      .superRefine((row, ctx) => inOrder(ctx, row.arrived_at, row.left_at, ['arrived_at', 'left_at']))
      .transform((row) => ({
        personId: row.person_id,
        placeId: row.place_id,
        arrivedAt: row.arrived_at,
        leftAt: row.left_at ?? null,
        visitId: row.visit_id,
      })),

    proximity: z
      .strictObject({
        person_a: personId('One of the two, in any order'),
        person_b: personId('The other'),
        started_at: time('When they came near'),
        ended_at: time('When they parted'),
        distance_m: number({ description: 'Metres between them, where measured.', from: 0, to: 100_000 }).optional(),
      })
      .superRefine((row, ctx) => {
        inOrder(ctx, row.started_at, row.ended_at, ['started_at', 'ended_at']);
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
        sample_id: opaqueId('The tube'),
        person_id: personId('Whose result it is'),
        disease: opaqueId('As the disease profiles name it'),
        collected_at: time('When the sample was taken'),
        reported_at: time('When the laboratory reported it; taken as collected_at when left out').optional(),
        result: oneOf('What the laboratory says; retracted takes an earlier result back.', [
          'positive',
          'negative',
          'inconclusive',
          'retracted',
        ]),
        onset_at: time('When symptoms began').optional(),
        infectious_from: time("Beginning of an investigator's own window, which wins over the profile's").optional(),
        infectious_until: time('Its end, excluded').optional(),
        pool_size: number({
          description: 'People in the tube, 1 when left out; above 1 no case is opened.',
          integer: true,
          from: 1,
          to: 1000,
        }).optional(),
        rash_at: time('When the rash broke out').optional(),
        method: oneOf('How it was tested.', ['pcr', 'antigen', 'other']).optional(),
        ct: number({ description: 'Cycle threshold of a PCR.', from: 0, to: 100 }).optional(),
      })
      .superRefine((row, ctx) => {
        if (row.infectious_from === undefined) return;
        inOrder(ctx, row.infectious_from, row.infectious_until, ['infectious_from', 'infectious_until'], false);
      })
      .transform((row) => ({
        sampleId: row.sample_id,
        personId: row.person_id,
        disease: row.disease.toLowerCase(),
        collectedAt: row.collected_at,
        reportedAt: row.reported_at ?? row.collected_at,
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
        person_id: personId('Who is isolated'),
        started_at: time('From when on; names the isolation'),
        ended_at: time('Until when; left out while it lasts').optional(),
      })
      .superRefine((row, ctx) => inOrder(ctx, row.started_at, row.ended_at, ['started_at', 'ended_at']))
      .transform((row) => ({ personId: row.person_id, startedAt: row.started_at, endedAt: row.ended_at ?? null })),
  };
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
    person_id: personId('Who came'),
    place_id: opaqueId('Where to'),
    arrived_at: instant(clock, 'When the stay began'),
  };
  const leftAt = instant(clock, 'When it ended');
  return {
    'check-out': z
      .strictObject({ ...visit, left_at: leftAt })
      .superRefine((row, ctx) => inOrder(ctx, row.arrived_at, row.left_at, ['arrived_at', 'left_at']))
      .transform((row) => ({
        personId: row.person_id,
        placeId: row.place_id,
        arrivedAt: row.arrived_at,
        leftAt: row.left_at,
      })),
    correct: z
      .strictObject({ ...visit, left_at: leftAt.optional() })
      .superRefine((row, ctx) => inOrder(ctx, row.arrived_at, row.left_at, ['arrived_at', 'left_at']))
      .transform((row) => ({
        personId: row.person_id,
        placeId: row.place_id,
        arrivedAt: row.arrived_at,
        leftAt: row.left_at ?? null,
      })),
    retract: z
      .strictObject({ person_id: visit.person_id, arrived_at: visit.arrived_at })
      .transform((row) => ({ personId: row.person_id, arrivedAt: row.arrived_at })),
  };
}

type VisitSchemas = ReturnType<typeof visitSchemas>;
export type VisitChange = keyof VisitSchemas;
export type VisitRow<C extends VisitChange> = z.output<VisitSchemas[C]>;
