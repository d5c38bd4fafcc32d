import { defineCommand, defineCommandAnswering } from '../requests/define.js';
import type { Changed } from '../requests/outcome.js';
import type { Parted } from './merge-people.js';

const PEOPLE = 'merge and separate records of people';
const FIX = 'Give the id of a record.';

export const mergePeople = defineCommand({
  name: 'merge-people',
  permission: 'people:merge',
  says: 'merge two records of one person: traces, contacts and messages treat them as one from then on',
  fields: {
    record: { kind: 'id-as-typed', required: true, help: 'the record to merge', fix: FIX },
    into: {
      kind: 'id-as-typed',
      required: true,
      help: 'the record whose id counts from now on',
      fix: FIX,
    },
  },
  needs: ['graph-at-times'],
  cli: {
    words: 'people merge <record>',
    group: PEOPLE,
    *told({ outcome }: Changed, { record, into }) {
      yield outcome === 'new'
        ? `${record} is merged into ${into}. Separate them again with: npx truyvet people unmerge ${record}`
        : `${record} was already merged into ${into}.`;
    },
  },
  handle: async (context, given) => (await import('./merge-people.js')).mergeRecords(context, given),
});

export const unmergePeople = defineCommandAnswering({
  name: 'unmerge-people',
  permission: 'people:merge',
  says: 'separate two merged records; each keeps all its data',
  fields: {
    record: { kind: 'id-as-typed', required: true, help: 'the record that was merged into another', fix: FIX },
  },
  needs: [],
  cli: {
    words: 'people unmerge <record>',
    group: PEOPLE,
    *told({ parted_from: from }: Parted, { record }) {
      yield `${record} and ${from} are separate again.`;
    },
  },
  answer: async () => (await import('./merge-people.js')).partedAnswer,
  handle: async (context, given) => (await import('./merge-people.js')).part(context, given),
});

export const PEOPLE_REQUESTS = [mergePeople, unmergePeople];
