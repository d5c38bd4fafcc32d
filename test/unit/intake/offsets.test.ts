import { describe, expect, it } from '@jest/globals';
import { readerOf } from '../../support/rows.js';

const reader = readerOf('check-ins', 'Asia/Ho_Chi_Minh');
const stay = (arrived: string, left: string) =>
  reader.read({ person_id: 'p1', place_id: 'c1', arrived_at: arrived, left_at: left });

describe("A stay in another program's file", () => {
  it.each([
    ['up to midnight as 24:00', '2021-06-05T22:00:00+07:00', '2021-06-05T24:00:00+07:00', '2021-06-05T17:00:00Z'],
    ['without an offset', '2021-06-05T09:00:00', '2021-06-05T10:00:00', '2021-06-05T03:00:00Z'],
    ['on a leap day', '2020-02-29T09:00:00+07:00', '2020-02-29T10:00:00+07:00', '2020-02-29T03:00:00Z'],
    ['with spaces', '2021-06-05 09:00 +0700', '2021-06-05 10:00 +0700', '2021-06-05T03:00:00Z'],
    ['in basic form', '20210605T090000+0700', '20210605T100000+0700', '2021-06-05T03:00:00Z'],
    ['with an offset of hours', '2021-06-05T09:00:00+07', '2021-06-05T10:00:00+07', '2021-06-05T03:00:00Z'],
    ['up to midnight without an offset', '2021-06-05T23:00:00', '2021-06-05T24:00', '2021-06-05T17:00:00Z'],
  ])('is accepted %s', (_, arrived, left, leftAt) => {
    expect(stay(arrived, left)).toMatchObject({ row: { leftAt } });
  });

  it.each([
    ['with an offset of 99 hours', '2021-06-05T09:00:00+99:99', '2021-06-05T10:00:00+99:99'],
    ['with an offset of a day', '2021-06-05T09:00:00+24:00', '2021-06-05T10:00:00+24:00'],
    ['with an offset of 75 minutes', '2021-06-05T09:00:00+07:75', '2021-06-05T10:00:00+07:75'],
    ['with a wrong minus sign', '2021-06-05T09:00:00−07:00', '2021-06-05T10:00:00−07:00'],
    ['with the day first', '05/06/2021 09:00', '05/06/2021 10:00'],
    ['with the numbers of a spreadsheet', '44352.375', '44352.4167'],
    ['with a year of two digits', '21-06-05T09:00:00+07:00', '21-06-05T10:00:00+07:00'],
    ['on a day that does not exist', '2021-02-30T09:00:00+07:00', '2021-02-30T10:00:00+07:00'],
    ['beyond the end of a day', '2021-06-05T22:00:00+07:00', '2021-06-05T24:00:01+07:00'],
  ])('is refused %s, and the column is named', (_, arrived, left) => {
    const read = stay(arrived, left);
    expect('complaints' in read && read.complaints.map(({ column }) => column)).toContain('left_at');
  });
});
