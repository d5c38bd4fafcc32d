import { SHARED } from '../contact-graph/place-facts.js';
import { LONGEST_STAY_MINUTES } from './stay-minutes.js';
import { oneLine } from '../kernel/text.js';
import { defineCommandAnswering, defineQuestion } from '../requests/define.js';
import type { RuledKind, Ruling } from './place-kinds.js';

const SHARES = [...SHARED, 'nothing'] as const;

export const listPlaceKinds = defineQuestion({
  name: 'list-place-kinds',
  permission: 'places:read',
  says: 'list the rules for kinds of places; for kinds without a rule, the settings of the tenant apply',
  fields: {},
  needs: [],
  http: { path: 'place-kinds', tag: 'places' },
  cli: {
    words: 'place-kinds list',
    group: 'rules for all places of a kind, such as restaurant',
    *told(all: readonly RuledKind[]) {
      if (all.length === 0) yield 'There are no rules: an open visit lasts 60 minutes, or as long as its place says.';
      for (const rule of all) yield sentence(rule);
    },
  },
  answer: async () => (await import('./place-kinds.js')).ruledKinds,
  handle: async (context) => (await import('./place-kinds.js')).listKinds(context),
});

export const rulePlaceKind = defineCommandAnswering({
  name: 'rule-place-kind',
  permission: 'places:rule',
  says: "set the rules for all places of a kind; a place's own default_stay_minutes wins",
  fields: {
    kind: {
      kind: 'line',
      required: true,
      most: 100,
      help: 'the kind, as places have it; capitals do not matter',
      fix: 'Give the kind as places have it, in 1 to 100 characters.',
    },
    stay_minutes: {
      kind: 'minutes',
      required: false,
      clearable: true,
      most: LONGEST_STAY_MINUTES,
      flags: ['stay', 'auto-check-out'],
      help: 'minutes after which a visit without check-out counts as ended',
      fix: `Give whole minutes from 1 to ${LONGEST_STAY_MINUTES}, or clear the rule.`,
    },
    closed_by_next: {
      kind: 'flag',
      required: false,
      clearable: true,
      help: 'whether a check-in elsewhere ends an open visit',
      fix: 'Give yes or no, or clear the rule: then the setting of the tenant applies.',
    },
    shares: {
      kind: 'choice',
      required: false,
      clearable: true,
      choices: SHARES,
      help: 'what people share who are there together',
      fix: `Give ${SHARES.join(', ')}, or clear the rule: then what the program knows about the kind applies.`,
    },
  },
  needs: [],
  http: { path: 'place-kinds/{kind}', tag: 'places' },
  cli: {
    words: 'place-kinds set <kind>',
    *told({ outcome, ...rule }: Ruling) {
      yield outcome === 'new' ? sentence(rule) : `${sentence(rule)} Nothing changed.`;
    },
  },
  answer: async () => (await import('./place-kinds.js')).ruling,
  handle: async (context, given) => (await import('./place-kinds.js')).rule(context, given),
});

function sentence({ kind, stay_minutes, closed_by_next, shares }: RuledKind): string {
  const stay = stay_minutes === null ? 'the default time' : `${stay_minutes} minutes`;
  const closed =
    closed_by_next === null ? '' : `, and ${closed_by_next ? 'is' : 'is never'} ended by the next check-in elsewhere`;
  const shared =
    shares === null ? '' : `; people who are there together share ${shares === 'nothing' ? shares : `a ${shares}`}`;
  return `${oneLine(kind)}: an open visit lasts ${stay}${closed}${shared}.`;
}

export const PLACE_REQUESTS = [listPlaceKinds, rulePlaceKind];
