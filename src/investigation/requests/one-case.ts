import { moreLine } from '../../requests/question-fields.js';
import { defineQuestion } from '../../requests/define.js';
import { contactLines } from '../contact-lines.js';
import { FIELDS } from '../question-fields.js';
import type { FactorsAnswer } from '../factors.js';
import type { GenerationsAnswer } from '../generations.js';
import type { SourcesAnswer } from '../sources.js';
import { recordsLine } from '../records-line.js';
import { from } from './from.js';

/** Lists the contacts of a case, with the places where they were met. */
export const askContacts = defineQuestion({
  name: 'ask-contacts',
  permission: 'questions:ask',
  says: 'list the contacts of a case that its latest completed trace found',
  fields: FIELDS.contacts,
  needs: ['graph'],
  http: { path: 'questions/contacts', tag: 'questions' },
  cli: { words: 'contacts', shortened: true, whole: { evidence: true }, told: contactLines },
  answer: async () => (await import('../contacts.js')).answer,
  handle: from(() => import('../contacts.js')),
});

/** Lists people who share something with a case without being contacts of degree 1. */
export const askFactors = defineQuestion({
  name: 'ask-factors',
  permission: 'questions:ask',
  says: 'list people who share a household, vehicle or group with a case without being an F1 (epidemiological factors)',
  fields: FIELDS.factors,
  needs: ['graph'],
  http: { path: 'questions/factors', tag: 'questions' },
  cli: {
    words: 'factors',
    shortened: true,
    *told({ case: { id, person, records }, items, next }: FactorsAnswer) {
      yield* recordsLine(person, records);
      if (items.length === 0) yield `Nobody except the F1 shares anything with ${person} (case ${id}).`;
      for (const { person: who, shared, since } of items)
        yield `  ${who}: the same ${shared.join(' and ')}, from ${since}`;
      yield* moreLine(next);
    },
  },
  answer: async () => (await import('../factors.js')).answer,
  handle: from(() => import('../factors.js')),
});

/** Backward tracing: lists the likely sources of a case. */
export const askSources = defineQuestion({
  name: 'ask-sources',
  permission: 'questions:ask',
  says: 'list likely sources of a case: infectious cases that it met, and people between it and other cases',
  fields: FIELDS.sources,
  needs: ['graph'],
  http: { path: 'questions/sources', tag: 'questions' },
  cli: {
    words: 'sources',
    shortened: true,
    *told({ case: { id, person, records, disease }, after, before, items, next }: SourcesAnswer) {
      yield `${person}: ${disease}, case ${id}: infected between ${after} and ${before}`;
      yield* recordsLine(person, records);
      if (items.length === 0) yield 'The person met no infectious case and no contact of one.';
      for (const each of items) {
        const what = each.kind === 'case' ? `case ${each.cases.join(', ')}` : `contact of ${each.cases.join(', ')}`;
        const where = each.places.length === 0 ? 'by phone' : `at ${each.places.join(', ')}`;
        yield `  ${each.person}, ${what}: ${each.minutes} min ${where}, ${each.first} to ${each.last}`;
      }
      yield* moreLine(next);
    },
  },
  answer: async () => (await import('../sources.js')).answer,
  handle: from(() => import('../sources.js')),
});

/** Lists the cases that descend from a case, with the reproduction number. */
export const askGenerations = defineQuestion({
  name: 'ask-generations',
  permission: 'questions:ask',
  says: 'list the cases that descend from a case, generation by generation, with the reproduction number',
  fields: FIELDS.generations,
  needs: ['graph'],
  http: { path: 'questions/generations', tag: 'questions' },
  cli: {
    words: 'generations',
    shortened: true,
    *told({
      case: found,
      generations: counts,
      reproduction: { number, counted, young },
      items,
      next,
    }: GenerationsAnswer) {
      yield `${found.person}: ${found.disease}, case ${found.id}`;
      yield* recordsLine(found.person, found.records);
      for (const { generation, cases } of counts)
        yield `Generation ${generation}: ${cases} ${cases === 1 ? 'case' : 'cases'}`;
      yield number === null
        ? `Reproduction number: unknown, because no case is old enough (${young} ${young === 1 ? 'is' : 'are'} too young)`
        : `Reproduction number: ${number}, the mean of ${counted} cases; ${young} ${young === 1 ? 'is' : 'are'} too young to be counted`;
      for (const each of items) {
        const from = each.source === null ? '' : ` from ${each.source}, exposed ${each.first} for ${each.minutes} min`;
        yield `  ${'  '.repeat(each.generation)}${each.person} (${each.id})${from}: ${each.secondary} secondary`;
      }
      yield* moreLine(next);
    },
  },
  answer: async () => (await import('../generations.js')).answer,
  handle: from(() => import('../generations.js')),
});
