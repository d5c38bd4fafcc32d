import type { Stream } from '../../../src/kernel/stream.js';
import type { Contact } from '../../../src/cases/events.js';
import { describe, expect, it } from '@jest/globals';
import { CaseViews } from '../../../src/alerting/case-views.js';
import { PhoneBook } from '../../../src/alerting/phone-book.js';
import { registrationsOf } from '../../../src/people/registrations.js';
import { AlertingRig, CASE } from './rig.js';

const [A, B] = ['+84900000001', '+84900000002'];

const ALONE: Contact = {
  ...{ personId: 'alone', degree: 2, firstExposureAt: '2021-08-05T02:00:00Z', lastExposureAt: null },
  ...{ minutes: 20, meetings: [], via: [], shared: [] },
};

async function book(phones: Record<string, string | null>) {
  const rig = new AlertingRig();
  for (const [personId, phone] of Object.entries(phones)) await rig.register(personId, phone);
  await rig.confirm();
  const reads: string[] = [];
  const store = Object.create(rig.store, {
    read: {
      value: (stream: Stream, from?: number) => {
        if (stream.name.startsWith('person-')) reads.push(stream.name);
        return rig.store.read(stream, from);
      },
    },
  }) as typeof rig.store;
  const views = new CaseViews(store);
  const phoneBook = new PhoneBook(store);
  const group = async (phone: string) => phoneBook.group(await views.fresh(CASE), rig.master.phoneIndex(phone), ALONE);
  const note = async (personId: string) => {
    const last = (await registrationsOf(rig.store, personId)).at(-1);
    if (last) phoneBook.note(last);
  };
  return { rig, phoneBook, group, note, reads };
}

describe('the phone book', () => {
  it('counts the contacts on a phone and knows the closest, reading each registration once', async () => {
    const { rig, group, reads } = await book({ an: A, binh: A, chi: B, dung: null });
    await rig.trace({ an: 2, binh: 1, chi: 2, dung: 1 });
    expect(await Promise.all([group(A), group(A), group(B)])).toMatchObject([
      { count: 2, degree: 1 },
      { count: 2, degree: 1 },
      { count: 1, degree: 2 },
    ]);
    await rig.trace({ an: 2, chi: 2, dung: 1 });
    expect(await group(A)).toMatchObject({ count: 1, degree: 2 });
    expect(reads).toHaveLength(4);
  });

  it('reads everything again for another log', async () => {
    const { rig, phoneBook, group, note } = await book({ an: A, binh: A });
    await note('an');
    await rig.trace({ an: 2, binh: 1 });
    expect(await group(A)).toMatchObject({ count: 2 });
    await rig.register('binh', B);
    expect(await group(A)).toMatchObject({ count: 2 });
    phoneBook.forgetAll();
    expect(await group(A)).toMatchObject({ count: 1, degree: 2 });
  });

  it('considers a phone that nobody else in the case has as that of the person alone', async () => {
    const { rig, group } = await book({});
    await rig.trace({ an: 1 });
    expect(await group(A)).toMatchObject({ count: 1, degree: 2 });
  });

  it('reads nothing whose registration it saw', async () => {
    const { rig, group, note, reads } = await book({ an: A, binh: A });
    await note('an');
    await note('binh');
    await rig.trace({ an: 1, binh: 1 });
    expect(await group(A)).toMatchObject({ count: 2, degree: 1 });
    expect(reads).toEqual([]);
  });

  it('counts again when somebody gets a phone or another one', async () => {
    const { rig, group, note } = await book({ an: A, binh: null });
    await rig.trace({ an: 1, binh: 2 });
    expect(await group(A)).toMatchObject({ count: 1, degree: 1 });
    await rig.register('binh', A);
    await note('binh');
    expect(await group(A)).toMatchObject({ count: 2, degree: 1 });
    await rig.register('an', B);
    await note('an');
    expect(await group(A)).toMatchObject({ count: 1, degree: 2 });
    expect(await group(B)).toMatchObject({ count: 1, degree: 1 });
  });
});
