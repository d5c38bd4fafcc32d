import { z } from 'zod';
import type { DiseaseProfile } from './profile.js';
import { AUTHORITY_FORM } from '../platform/config.js';

const days = z.number().min(0).max(3650);

const stay = z.strictObject({ days }).optional();

const sharing = z.enum(['contact', 'factor', 'none']);

/**
 * Defaults for fields that a profile leaves out keep the meaning that older profiles had before these fields existed.
 */
const fields = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,99}$/, 'must have only lower-case letters, digits, dots and dashes'),
  version: z.int().min(1).default(1),
  disease: z
    .string()
    .min(1)
    .max(100)
    .regex(/^[^A-Z\s]+$/, 'must be lower case, without spaces'),
  name: z.string().min(1),
  source: z.string().min(1),
  notes: z.array(z.string().min(1)).default([]),
  authority: z.string().regex(AUTHORITY_FORM, 'must have only lower-case letters, digits and dashes').default('own'),
  effectiveFrom: z.iso.date(),
  infectious: z.strictObject({
    anchors: z
      .array(z.enum(['onset', 'rash', 'sampling']))
      .min(1)
      .default(['onset', 'sampling']),
    anchorChoice: z.enum(['first', 'earliest']).default('first'),
    daysBefore: days,
    daysBeforeSampling: days.nullable().default(null),
    end: z.discriminatedUnion('type', [
      z.strictObject({ type: z.literal('isolation') }),
      z.strictObject({ type: z.literal('days'), daysAfter: days }),
      z.strictObject({
        type: z.literal('negative'),
        ctAbove: z.number().min(0).max(100).nullable().default(null),
        daysAfterAtMost: days.nullable().default(null),
      }),
    ]),
  }),
  minimumMinutes: z.number().min(0),
  withinHours: z.number().positive().max(87_600).nullable().default(null),
  distanceMetres: z.number().positive().nullable(),
  lingeringMinutes: z.number().min(0).max(1440).default(0),
  seatRows: z.int().min(0).max(1000).nullable().default(null),
  sharing: z
    .strictObject({ household: sharing, vehicle: sharing, group: sharing })
    .default({ household: 'none', vehicle: 'none', group: 'none' }),
  rapidAntigen: z
    .strictObject({
      ofContacts: z.boolean(),
      withFactor: z.boolean().default(false),
      withSymptoms: z.boolean(),
      repeatedWithinHours: z.number().positive().max(8760).nullable(),
      factorNeeded: z.boolean().default(false),
    })
    .nullable()
    .default(null),
  reinfectionDays: days,
  followUpDays: days,
  quarantine: z.strictObject({ 1: stay, 2: stay, 3: stay, 4: stay, 5: stay }).default({}),
  testDays: z.array(days),
  greatestDegree: z.int().min(1).max(5),
});

/** The schema of a disease profile in this version of the program. */
export const profileSchema = fields.check(({ value, issues }) => {
  const input = value.quarantine[1]?.days;
  if (input === undefined || input <= value.followUpDays) return;
  const message = `must be at most follow_up_days (${value.followUpDays}): nobody stays at home for longer than they are followed up`;
  issues.push({ code: 'custom', input, path: ['quarantine', '1', 'days'], message });
}) satisfies z.ZodType<DiseaseProfile>;
