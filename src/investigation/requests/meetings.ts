import { healthAnswerLine } from '../../tasks/words.js';
import { moreLine } from '../../requests/question-fields.js';
import { defineQuestion } from '../../requests/define.js';
import { FIELDS } from '../question-fields.js';
import type { AtAnswer } from '../at.js';
import type { ChainsAnswer } from '../chains.js';
import { recordsLine } from '../records-line.js';
import type { WhyAnswer } from '../why.js';
import { from } from './from.js';

/** Explains why somebody is a contact, with the evidence of each exposure. */
export const askWhy = defineQuestion({
  name: 'ask-why',
  permission: 'questions:ask',
  says: 'show why a person is a contact of a case: every meeting, or the chain of people from the case',
  fields: FIELDS.why,
  needs: ['graph'],
  http: { path: 'questions/why', tag: 'questions' },
  cli: {
    words: 'why',
    shortened: true,
    *told({ person, records, answers, items, next }: WhyAnswer) {
      yield* recordsLine(person, records);
      if (items.length === 0) yield `${person} is not a contact of a live case.`;
      for (const { case: found, degree, first, minutes, shared, via, rule, exposures } of items) {
        yield `${person} is F${degree} of ${found.person} (${found.disease}, case ${found.id}): from ${first}, ${minutes} min`;
        yield* recordsLine(found.person, found.records);
        if (shared.length > 0) {
          const whom = degree === 1 ? found.person : via.join(' or ');
          yield `  ${person} shares a ${shared.join(' and a ')} with ${whom}, which alone makes ${person} F${degree} under ${rule.profile} version ${rule.version}.`;
        }
        for (const { text } of exposures) yield `  ${text}`;
      }
      for (const each of answers) yield `${healthAnswerLine(each)} (case ${each.case})`;
      yield* moreLine(next);
    },
  },
  answer: async () => (await import('../why.js')).answer,
  handle: from(() => import('../why.js')),
});

/** Lists everybody who was at a place in a window of time, in the order of their arrival. */
export const askAt = defineQuestion({
  name: 'ask-at',
  permission: 'questions:ask',
  says: 'list everyone at a place in a window of time',
  fields: FIELDS.at,
  needs: ['graph'],
  http: { path: 'questions/at', tag: 'questions' },
  cli: {
    words: 'at',
    shortened: true,
    *told({ place, items, next }: AtAnswer) {
      yield items.length === 0 ? `Nobody was at ${place} then.` : `At ${place}:`;
      for (const { person, from, to, imputed } of items) {
        yield `  ${person}: from ${from} until ${to}${imputed ? ' (imputed: no check-out is known)' : ''}`;
      }
      yield* moreLine(next);
    },
  },
  answer: async () => (await import('../at.js')).answer,
  handle: from(() => import('../at.js')),
});

/** Finds chains of meetings from one person to another. */
export const askChains = defineQuestion({
  name: 'ask-chains',
  permission: 'questions:ask',
  says: 'list chains of meetings, in the order of time, along which an infection can have passed',
  fields: FIELDS.chains,
  needs: ['graph'],
  http: { path: 'questions/chains', tag: 'questions' },
  cli: {
    words: 'chains',
    shortened: true,
    *told({ from, to, after, before, chains: found }: ChainsAnswer) {
      if (found.length === 0) {
        yield `No chain of meetings leads from ${from} to ${to} between ${after} and ${before}.`;
        return;
      }
      for (const { hops, received, steps } of found) {
        yield `${hops} ${hops === 1 ? 'meeting' : 'meetings'}, received ${received} at the earliest`;
        for (const step of steps) {
          const where = step.place === null ? 'by phone' : `at ${step.place}`;
          yield `  ${step.from} with ${step.to} ${where}, ${step.begin} to ${step.end}`;
        }
      }
    },
  },
  answer: async () => (await import('../chains.js')).answer,
  handle: from(() => import('../chains.js')),
});
