import type { EventStore } from '../event-log/event-store.js';
import { load } from '../event-log/handle.js';
import type { Decider } from '../kernel/decider.js';
import { answersStream, SYMPTOMS, type ContactAnswered } from './events.js';
import type { Given } from './given.js';

/** A person whom an alert's message is about: a record of the person, and the case that they are a contact of. */
export interface AnsweredFor {
  caseId: string;
  personId: string;
}

/** A contact's answer for everybody whom the message of an alert covers. */
export interface Answer extends AnsweredFor {
  alertId: string;
  /** The other people of the phone. */
  others: readonly AnsweredFor[];
  given: Given;
}

/** Whether an alert's form has been answered; the first answer stays. */
export const answerDecider: Decider<Answer, ContactAnswered, boolean> = {
  initialState: false,

  decide({ alertId, caseId, personId, others, given }, answered) {
    if (answered) return [];
    const { vaccinated, moved, ill } = given;
    const ofOtherCases = others.filter((other) => other.caseId !== caseId);
    const symptoms = SYMPTOMS.filter((symptom) => given[symptom]);
    return [
      {
        type: 'ContactAnswered',
        data: {
          ...{ alertId, caseId, personId, symptoms, vaccinated, moved },
          ...(others.length > 0 ? { others: others.map((other) => other.personId), ill } : {}),
          ...(ofOtherCases.length > 0 ? { ofOtherCases } : {}),
        },
      },
    ];
  },

  evolve: () => true,
};

export async function isAnswered(store: EventStore, alertId: string): Promise<boolean> {
  return (await load(store, answerDecider, answersStream(alertId))).state;
}
