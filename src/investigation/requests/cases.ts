import { table } from '../../cli/table.js';
import { moreLine } from '../../requests/question-fields.js';
import { defineQuestion } from '../../requests/define.js';
import { FIELDS } from '../question-fields.js';
import type { CasesAnswer } from '../case-list.js';
import type { ClustersAnswer } from '../clusters.js';
import type { CommonAnswer } from '../common.js';
import { TRACED } from '../trace-status.js';
import type { UnreachedAnswer } from '../unreached.js';
import { wordsOfUnreached } from '../unreached-reasons.js';
import { from } from './from.js';

/** Lists all known cases, the latest illness first. */
export const askCases = defineQuestion({
  name: 'ask-cases',
  permission: 'questions:ask',
  says: 'list all cases, the latest illness first: person, onset, number of contacts, and whether they are traced',
  fields: FIELDS.cases,
  needs: ['graph'],
  http: { path: 'questions/cases', tag: 'questions' },
  cli: {
    words: 'cases',
    shortened: true,
    csv: 'print the whole list as CSV, times in UTC',
    *told({ items, next }: CasesAnswer) {
      if (items.length === 0) yield next === null ? 'There are no such cases.' : 'None on this page.';
      else {
        yield* table([
          ['CASE', 'PERSON', 'DISEASE', 'ILL SINCE', 'STATE', 'F1', 'F2', 'CONTACTS'],
          ...items.map(({ id, person, disease, since, status, f1, f2, trace }) => [
            ...[id, person, disease, since, status === 'live' ? 'open' : 'retracted'],
            ...[String(f1 ?? '-'), String(f2 ?? '-'), TRACED[trace]],
          ]),
        ]);
      }
      yield* moreLine(next);
    },
  },
  answer: async () => (await import('../case-list.js')).answer,
  handle: from(() => import('../case-list.js')),
});

/** Lists places where several cases were before they fell ill. */
export const askCommon = defineQuestion({
  name: 'ask-common',
  permission: 'questions:ask',
  says: 'list places that several cases visited, places with most cases first',
  fields: FIELDS.common,
  needs: ['graph'],
  http: { path: 'questions/common', tag: 'questions' },
  cli: {
    words: 'common',
    shortened: true,
    *told({ compared, items, next }: CommonAnswer) {
      yield `${compared} cases compared${items.length === 0 ? ': no place was visited by two of them' : ''}`;
      for (const { place, cases, minutes, visits } of items) {
        yield `  ${place}: ${cases.length} cases, ${minutes} min`;
        for (const { person, from, to } of visits) yield `    ${person}: from ${from} until ${to}`;
      }
      yield* moreLine(next);
    },
  },
  answer: async () => (await import('../common.js')).answer,
  handle: from(() => import('../common.js')),
});

/** Lists clusters of connected live cases, the largest first. */
export const askClusters = defineQuestion({
  name: 'ask-clusters',
  permission: 'questions:ask',
  says: 'list clusters of live cases that are connected by an exposure or by a place on the same day',
  fields: FIELDS.clusters,
  needs: ['graph'],
  http: { path: 'questions/clusters', tag: 'questions' },
  cli: {
    words: 'clusters',
    shortened: true,
    *told({ items, single, next }: ClustersAnswer) {
      for (const { disease, size, first, last, cases, places } of items) {
        yield `${size} cases of ${disease}, ${first} to ${last}: ${cases.map(({ person }) => person).join(', ')}`;
        for (const { place, cases: count, days } of places.slice(0, 5)) {
          yield `  ${count} of them at ${place} on ${days === 1 ? 'one day' : `${days} days`}`;
        }
      }
      yield `${single} ${single === 1 ? 'case is' : 'cases are'} connected to no other`;
      yield* moreLine(next);
    },
  },
  answer: async () => (await import('../clusters.js')).answer,
  handle: from(() => import('../clusters.js')),
});

/** Lists contacts whom no message has reached. */
export const askUnreached = defineQuestion({
  name: 'ask-unreached',
  permission: 'questions:ask',
  says: 'list contacts who were not notified: the alert failed, has no outcome yet, or does not exist',
  fields: FIELDS.unreached,
  needs: ['graph'],
  http: { path: 'questions/unreached', tag: 'questions' },
  cli: {
    words: 'unreached',
    shortened: true,
    ofMessages: true,
    *told({ items, next }: UnreachedAnswer, _given, _zone, reachesPeople) {
      const all = reachesPeople ? 'Everyone was notified.' : 'A message to everyone was written.';
      if (items.length === 0) yield next === null ? all : 'None on this page.';
      for (const { case: id, person, degree, reason } of items)
        yield `F${degree} ${person} of case ${id}: ${wordsOfUnreached(reason)}`;
      yield* moreLine(next);
    },
  },
  answer: async () => (await import('../unreached.js')).answer,
  handle: from(() => import('../unreached.js')),
});
