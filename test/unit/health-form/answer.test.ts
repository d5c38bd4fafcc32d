import { describe, expect, it } from '@jest/globals';
import { load } from '../../../src/event-log/handle.js';
import { answerDecider, type Answer } from '../../../src/health-form/answer.js';
import { answersStream, type ContactAnswered } from '../../../src/health-form/events.js';
import { answer, formOf } from '../../../src/health-form/form.js';
import { PEOPLE_CHANGED } from '../../../src/health-form/problems.js';
import { NotKnown, Refused } from '../../../src/kernel/errors.js';
import { Contexts } from '../../../src/requests/context.js';
import { RowRefused } from '../../../src/requests/refusal.js';
import { given as givenOf } from '../../support/decider-spec.js';
import { streams } from '../../support/events.js';
import { meansOver } from '../../support/ingest.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';

const given = givenOf(answerDecider);
const well = { fever: false, cough: false, breathing: false, other: false, vaccinated: true, moved: false };
const alone: Answer = { alertId: 'a', caseId: 'c', personId: 'An', others: [], given: { ...well, cough: true } };
const answered: ContactAnswered = {
  type: 'ContactAnswered',
  data: { alertId: 'a', caseId: 'c', personId: 'An', symptoms: ['cough'], vaccinated: true, moved: false },
};

describe('What a contact answers to the health form', () => {
  it('is stored with the symptoms that were named', () => {
    given().when(alone).then(answered);
  });

  it('is stored once: whatever is answered afterwards changes nothing', () => {
    given(answered)
      .when({ ...alone, given: well })
      .then();
  });

  it('is stored of several people of a phone with how many are ill, and whose case is another one', () => {
    const others = [
      { caseId: 'c', personId: 'Em' },
      { caseId: 'd', personId: 'Lan' },
    ];
    given()
      .when({ ...alone, others, given: { ...well, ill: 0 } })
      .then({
        type: 'ContactAnswered',
        data: {
          ...{ ...answered.data, symptoms: [] },
          ...{ others: ['Em', 'Lan'], ill: 0, ofOtherCases: [{ caseId: 'd', personId: 'Lan' }] },
        },
      });
  });
});

describe('The command that answers a health form', () => {
  const NOBODYS = 'a-nobody';

  async function told() {
    const store = new MemoryEventStore();
    const data = { alertId: 'a', caseId: 'c', personId: 'An', disease: 'covid-19', degree: 1, sequence: 0 };
    const event = { type: 'AlertRequested' as const, data };
    await store.append(streams.alert('a'), [{ id: 'requested', event, provenance: { source: 'test' } }], 'any');
    const contexts = new Contexts({ ...meansOver(store).base, authority: 'vn' });
    return { store, context: contexts.for({ source: 'contact' }) };
  }

  it('answers what it changed, and the question shows that it was answered', async () => {
    const { store, context } = await told();
    const command = { alert_id: 'a', people: 1, ...well };
    expect(await formOf(context, { alert_id: 'a' })).toMatchObject({ people: 1, answered: false, sent_at: null });
    expect(await answer(context, command)).toEqual({ outcome: 'new' });
    expect(await answer(context, { ...command, fever: true })).toEqual({ outcome: 'unchanged' });
    expect(await formOf(context, { alert_id: 'a' })).toMatchObject({ answered: true });
    expect((await load(store, answerDecider, answersStream('a'))).revision).toBe(0);
  });

  it('refuses an answer about other people than the message covers, and one of several people without a count', async () => {
    const { store, context } = await told();
    const data = { alertId: 'a', other: 'b', personId: 'Em', caseId: 'c' };
    const event = { type: 'AlertJoined' as const, data };
    await store.append(streams.alert('a'), [{ id: 'joined', event, provenance: { source: 'test' } }], 'any');
    const alert_id = 'a';
    const one = answer(context, { alert_id, people: 1, ...well });
    await expect(one).rejects.toMatchObject({ problem: PEOPLE_CHANGED });
    await expect(one).rejects.toBeInstanceOf(Refused);
    const uncounted = answer(context, { alert_id, people: 2, ...well });
    await expect(uncounted).rejects.toBeInstanceOf(RowRefused);
    await expect(answer(context, { alert_id, people: 2, ...well, ill: 0 })).resolves.toEqual({ outcome: 'new' });
  });

  it('knows no form of an alert that nobody requested', async () => {
    const { context } = await told();
    await expect(formOf(context, { alert_id: NOBODYS })).rejects.toBeInstanceOf(NotKnown);
    await expect(answer(context, { alert_id: NOBODYS, people: 1, ...well })).rejects.toBeInstanceOf(NotKnown);
  });
});
