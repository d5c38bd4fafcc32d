import { BY, WHY } from '../kernel/fields.js';
import { timeForPeople } from '../platform/times.js';
import { defineCommand, defineQuestion } from '../requests/define.js';
import type { Changed } from '../requests/outcome.js';
import type { HeldResults } from './held-results.js';
import type { Retests } from './retests.js';

export const heldResults = defineQuestion({
  name: 'held-results',
  permission: 'results:read',
  says: 'list results that wait for review, and what is impossible in each',
  fields: {},
  needs: ['graph'],
  http: { path: 'operations/held-results', tag: 'operation' },
  cli: {
    words: 'held list',
    group: 'results that wait for review, because one of their dates is impossible under the profile',
    isDefault: true,
    *told({ items }: HeldResults, _given, zone) {
      if (items.length === 0) yield 'No result waits for review.';
      for (const { sample_id, person_id, disease, collected_at, doubts } of items) {
        yield `${sample_id}  ${person_id}, ${disease}, taken ${timeForPeople(collected_at, zone)}`;
        for (const doubt of doubts) yield `  ${doubt}`;
      }
    },
  },
  answer: async () => (await import('./held-results.js')).heldResultsAnswer,
  handle: async (context) => (await import('./held-results.js')).list(context),
});

const SETTLING = {
  sample_id: { kind: 'id', required: true, help: 'the tube', fix: 'Give the id of the tube.' },
  person_id: {
    kind: 'id',
    required: false,
    flags: ['person'],
    help: 'the person, if several results of the tube wait',
    fix: 'Give the id of a person, or leave it out.',
  },
  disease: {
    kind: 'line',
    required: false,
    help: 'the disease, if results for several wait',
    fix: 'Give the disease, or leave it out.',
  },
  by: BY,
  reason: WHY,
} as const;

export const releaseHeld = defineCommand({
  name: 'release-held-result',
  permission: 'results:settle',
  says: 'release a held result: it counts as it was reported',
  fields: SETTLING,
  needs: [],
  http: { path: 'operations/held-results/{sample_id}/release', tag: 'operation' },
  cli: {
    words: 'held release <sample_id>',
    *told({ outcome }: Changed) {
      yield outcome === 'new' ? 'Released: it counts from now on.' : 'It was no longer waiting.';
    },
  },
  handle: async (context, given) => (await import('./held-results.js')).settle(context, 'released', given),
});

export const refuseHeld = defineCommand({
  name: 'refuse-held-result',
  permission: 'results:settle',
  says: 'refuse a held result: it does not count; the laboratory may report another',
  fields: SETTLING,
  needs: [],
  http: { path: 'operations/held-results/{sample_id}/refuse', tag: 'operation' },
  cli: {
    words: 'held refuse <sample_id>',
    *told({ outcome }: Changed) {
      yield outcome === 'new' ? 'Refused: it does not count.' : 'It was no longer waiting.';
    },
  },
  handle: async (context, given) => (await import('./held-results.js')).settle(context, 'refused', given),
});

export const retests = defineQuestion({
  name: 'list-retests',
  permission: 'results:read',
  says: 'list who has to be tested again: people in a positive pool without a later sample of their own',
  fields: {},
  needs: ['graph'],
  cli: {
    words: 'retests',
    *told(found: Retests, _given, zone) {
      if (found.length === 0) yield 'Nobody has to be tested again.';
      for (const { person_id, disease, sample_id, collected_at, reason } of found) {
        const what = `${reason === 'pool' ? 'pool' : 'rapid test'} ${sample_id}`;
        yield `${person_id}  ${disease}, ${what} of ${timeForPeople(collected_at, zone)} was positive`;
      }
    },
  },
  answer: async () => (await import('./retests.js')).retestsAnswer,
  handle: async (context) => (await import('./retests.js')).toTestAgain(context),
});

export const SAMPLE_REQUESTS = [heldResults, releaseHeld, refuseHeld, retests];
