import type { Field } from '../kernel/fields.js';
import { defineCommand, defineQuestion } from '../requests/define.js';

const ALERT = {
  kind: 'id-as-typed',
  required: true,
  help: 'the alert whose message contains the link',
  fix: 'Give the whole id of the alert.',
} as const satisfies Field;

const yesOrNo = (help: string) =>
  ({ kind: 'flag', required: true, help, fix: 'Answer true or false.' }) as const satisfies Field;

const HOW_MANY = 'Give a whole number.';

/** Both have no route below /v1/: contacts reach them by the link of their message, which proves itself. */
export const healthForm = defineQuestion({
  name: 'health-form',
  permission: 'health-form:read',
  says: 'what the health form of an alert asks about',
  fields: { alert_id: ALERT },
  needs: [],
  answer: async () => (await import('./form.js')).formSchema,
  handle: async (context, given) => (await import('./form.js')).formOf(context, given),
});

export const answerHealthForm = defineCommand({
  name: 'answer-health-form',
  permission: 'health-form:answer',
  says: "store a contact's answers to the health form of an alert, once",
  fields: {
    alert_id: ALERT,
    people: { kind: 'count', required: true, help: 'how many people the form asked about', fix: HOW_MANY },
    fever: yesOrNo('whether any of them has a fever'),
    cough: yesOrNo('whether any of them coughs'),
    breathing: yesOrNo('whether any of them finds it hard to breathe'),
    other: yesOrNo('whether any of them has other symptoms'),
    vaccinated: yesOrNo('whether all of them are vaccinated'),
    moved: yesOrNo('whether any of them lives elsewhere now'),
    ill: {
      kind: 'count',
      required: false,
      least: 0,
      help: 'for several people: how many have symptoms',
      fix: HOW_MANY,
    },
  },
  needs: [],
  handle: async (context, given) => (await import('./form.js')).answer(context, given),
});

export const HEALTH_FORM_REQUESTS = [healthForm, answerHealthForm];
