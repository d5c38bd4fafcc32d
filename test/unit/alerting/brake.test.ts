import { beforeEach, describe, expect, it } from '@jest/globals';
import { decide } from '../../../src/alerting/held-cases.js';
import { approveAlerts } from '../../../src/alerting/requests.js';
import { reasonOf } from '../../../src/alerting/brake-reason-line.js';
import { readGiven } from '../../../src/requests/schema.js';
import { AlertingRig, CASE } from './rig.js';

const PEOPLE = Array.from({ length: 30 }, (_, i) => `person ${i}`);
const lan = { by: 'Lan', note: '' };
const source = { source: 'test' };
let rig: AlertingRig;

beforeEach(async () => {
  rig = new AlertingRig();
  rig.brake = { contacts: 20, daily: 1_000, times: 3 };
  rig.restart();
  for (const [i, person] of PEOPLE.entries()) await rig.register(person, `+849000000${10 + i}`);
  await rig.confirm();
});

const found = async (count: number) => {
  await rig.trace(Object.fromEntries(PEOPLE.slice(0, count).map((person) => [person, 1 as const])));
  await rig.drain();
};
const told = () => rig.provider.messages.length;
const typesOf = () => rig.store.all.filter(({ stream }) => stream === `brake-${CASE}`).map(({ type }) => type);

describe('A case with unlikely many contacts', () => {
  it('alerts nobody until a person approves, and then everybody once', async () => {
    await found(25);
    expect(told()).toBe(0);
    expect(typesOf()).toEqual(['AlertsHeld']);
    rig.rewind(1_000);
    await rig.drain();
    expect(told()).toBe(0);
    await decide(rig.store, 'Approve', { case_id: CASE, ...lan }, source);
    await rig.drain();
    expect(told()).toBe(25);
  });

  it('continues with one approval as it grows', async () => {
    await found(25);
    await decide(rig.store, 'Approve', { case_id: CASE, ...lan }, source);
    await found(30);
    expect(told()).toBe(30);
    expect(typesOf()).toEqual(['AlertsHeld', 'AlertsApproved']);
  });

  it('keeps the messages sent before it grew, and takes back those of people who are released meanwhile', async () => {
    await found(10);
    expect(told()).toBe(10);
    await found(25);
    expect(told()).toBe(10);
    await rig.trace(Object.fromEntries(PEOPLE.slice(1, 25).map((person) => [person, 1 as const])));
    await rig.drain();
    expect(rig.provider.messages.map(({ id }) => id).filter((id) => id.endsWith('-withdrawal'))).toHaveLength(1);
    expect(told()).toBe(11);
  });

  it('alerts nobody after a refusal, until somebody approves', async () => {
    await found(25);
    await decide(rig.store, 'Refuse', { case_id: CASE, ...lan }, source);
    await found(26);
    expect(told()).toBe(0);
    await decide(rig.store, 'Approve', { case_id: CASE, ...lan }, source);
    await rig.drain();
    expect(told()).toBe(26);
  });

  it('alerts without approval when it has become likely', async () => {
    await found(25);
    await found(15);
    expect(told()).toBe(15);
    expect(typesOf()).toEqual(['AlertsHeld', 'AlertsFreed']);
  });

  it('is also held if the day has far more alerts than previous days', async () => {
    Object.assign(rig.pace, { today: 990, before: [100] });
    await found(15);
    expect(told()).toBe(0);
    expect(rig.store.all.find(({ type }) => type === 'AlertsHeld')?.data).toMatchObject({
      unlikely: [{ rule: 'day', number: 1_005, likely: 1_000 }],
    });
  });
});

describe('A person who decides about held alerts', () => {
  it('must be named, and is told if nothing waits', async () => {
    await expect(decide(rig.store, 'Approve', { case_id: CASE, ...lan }, source)).rejects.toThrow(
      `No alerts of case ${CASE} wait for approval.`,
    );
    await found(25);
    expect(() => readGiven(approveAlerts.fields, { case_id: CASE, by: ' ' }, 'UTC')).toThrow('by is empty');
    await decide(rig.store, 'Refuse', { case_id: CASE, ...lan }, source);
    await expect(decide(rig.store, 'Refuse', { case_id: CASE, ...lan }, source)).rejects.toThrow('refused already');
  });

  it('reads the reason in a sentence with the numbers', () => {
    expect(reasonOf({ rule: 'place', number: 300, likely: 120, placeId: 'cafe' })).toBe(
      '300 of them met it at cafe; at most 120 would be likely',
    );
  });
});
