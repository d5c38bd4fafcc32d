import { defineCommandAnswering, defineQuestion } from '../requests/define.js';
import type { SettledTwins } from './settle-twins.js';
import type { TwinIds } from './twin-ids.js';
import { twinLines } from './twin-lines.js';

const IDS = 'ids of an older log that would now be written differently, or refused';

export const listTwins = defineQuestion({
  name: 'list-twin-ids',
  permission: 'ids:read',
  says: 'list ids that are not in the canonical form, each with that form, and what to do about refused ids',
  fields: {},
  needs: [],
  cli: { words: 'ids list', group: IDS, told: (found: TwinIds) => twinLines(found) },
  answer: async () => (await import('./settle-twins.js')).twinIds,
  handle: async (context) => (await import('./settle-twins.js')).list(context),
});

export const mergeTwins = defineCommandAnswering({
  name: 'merge-twin-ids',
  permission: 'ids:merge',
  says: 'merge people, places, households and tubes that have two ids; a second run changes nothing',
  fields: {},
  needs: [],
  cli: {
    words: 'ids merge',
    group: IDS,
    *told({ people, visits, household_members: members, results }: SettledTwins) {
      yield (
        `${people} people are merged; ${visits} visits now belong to the one id of their place, ${members} people to ` +
        `that of their household, ${results} results to that of their tube.`
      );
    },
  },
  answer: async () => (await import('./settle-twins.js')).settledTwins,
  handle: async (context) => (await import('./settle-twins.js')).settle(context),
});

export const TWIN_REQUESTS = [listTwins, mergeTwins];
