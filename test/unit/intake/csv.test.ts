import { beforeEach, describe, expect, it } from '@jest/globals';
import { UserError } from '../../../src/kernel/errors.js';
import type { Means } from '../../../src/requests/context.js';
import { importText, meansOver } from '../../support/ingest.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';

let store: MemoryEventStore;
let means: Means;
beforeEach(() => {
  store = new MemoryEventStore();
  means = meansOver(store);
});
const row = 'p1,cafe,2021-08-01T09:00:00Z,';
const header = 'person_id,place_id,arrived_at,left_at';

async function refusal(text: string | Buffer): Promise<UserError> {
  const error: unknown = await importText(means, 'check-ins', text).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UserError);
  return error as UserError;
}

describe('A CSV file', () => {
  it.each([
    ['with a byte order mark', `\uFEFF${header}\n${row}\n`],
    ['in UTF-16 with a byte order mark', Buffer.from(`\uFEFF${header}\n${row}\n`, 'utf16le')],
    ['with Windows line breaks', `${header}\r\n${row}\r\n`],
    ['without a line break at its end', `${header}\n${row}`],
    ['with empty lines', `${header}\n\n${row}\n\n\n`],
    ['with quoted cells', `"person_id",place_id,"arrived_at",left_at\n"p1","cafe",2021-08-01T09:00:00Z,""\n`],
    ['with its columns in another order', `left_at,place_id,person_id,arrived_at\n,cafe,p1,2021-08-01T09:00:00Z\n`],
    ['with several kinds of line breaks', `${header}\r\n\n${row}\r\n\r`],
    ['with quoted cells and mixed line breaks', `${header}\r\n"p1","cafe","2021-08-01T09:00:00Z",""\n`],
    ['with nameless columns at its end', `${header},,\n${row},,\n`],
    ['with nameless columns in its header only', `${header},,\n${row}\n`],
    ['with commas after its rows', `${header}\n${row},,\n`],
    ['with rows of commas', `${header}\n,,,\n${row}\n,,,\n , ,,\n`],
    ['with columns of another program', `note,${header},__proto__\nx,${row},y\n`],
    ['with a nameless column of numbers', `,${header}\n0,${row}\n`],
    ['with spaces in its header', `person_id, place_id, arrived_at, left_at\n${row}\n`],
    ['of refused rows that were corrected', `${header},row,column,reason,fix\n${row},2,left_at,"a, b",c\n`],
  ])('%s is read', async (_, text) => {
    expect(await importText(means, 'check-ins', text)).toMatchObject({ rows: 1, accepted: 1, refused: [] });
    expect(store.all[0]).toMatchObject({ data: { personId: 'p1', placeId: 'cafe', leftAt: null } });
  });

  it('with only a header is no error', async () => {
    expect(await importText(means, 'check-ins', `${header}\n`)).toMatchObject({ rows: 0, rejected: 0 });
  });

  it.each([
    ['that is empty', '', /is empty/, /person_id,place_id/],
    ['that lacks a column', 'person_id,place_id,arrived_at\n', /lacks the column left_at/, /visit_id/],
    ['with a misspelt column', `${header},visitid\n`, /unknown column "visitid"/, /Did you mean visit_id\?/],
    [
      'that lacks a column because it is misspelt',
      'person_id,place_id,arived_at,left_at\n',
      /lacks.*arrived_at.*arived_at/,
      /./,
    ],
    ['with a column twice', `${header},left_at\n`, /left_at twice/, /./],
    [
      'with a required one misspelt',
      'personid,place_id,arrived_at,left_at\n',
      /lacks.*person_id/,
      /"personid" may be person_id/,
    ],
    ['separated by semicolons', header.replaceAll(',', ';') + '\n', /separated by ";"/, /commas/],
    ['separated by tabs', header.replaceAll(',', '\t') + '\n', /separated by tabs/, /commas/],
    ['without a header', `${row}\n`, /lacks the columns/, /./],
    ['with a quote left open', `${header}\n${row}\n"p2,cafe\n${`${row}\n`.repeat(3000)}`, /line 3.*quote/, /again/],
    [
      'with a quote left open to its end',
      `${header}\r\n"a\r\nb",c,,\r\n"p2,cafe\r\n${row}\r\n`,
      /line 4 has a quote that is never closed/,
      /again/,
    ],
  ])('%s is refused completely, with what to do', async (_, text, message, fix) => {
    const error = await refusal(text);

    expect(error.message).toMatch(message);
    expect(error.fix).toMatch(fix);
  });

  it('names the line of a row in a text editor, whatever comes before it', async () => {
    const text = `${header}\n\n"p\nq",cafe,2021-08-01T09:00:00Z,\np1,cafe,,\n${row},too,much\n${row}\n`;
    const { refused } = await importText(means, 'check-ins', text);

    expect(refused.map(({ number, complaints }) => [number, complaints[0]?.column])).toEqual([
      [3, 'person_id'],
      [5, 'arrived_at'],
      [6, ''],
    ]);
    expect(store.all).toHaveLength(1);
  });

  it('names the line if cells contain Windows line breaks', async () => {
    const text = `${header}\r\n"p\r\nq\r\nr",cafe,2021-08-01T09:00:00Z,\r\np1,cafe,never,\r\n${row}\r\n`;
    const { refused } = await importText(means, 'check-ins', text);

    expect(refused.map(({ number, complaints }) => [number, complaints[0]?.column])).toEqual([
      [2, 'person_id'],
      [5, 'arrived_at'],
    ]);
  });

  it('names what it left out', async () => {
    const text = `note,${header},ward\nx,${row},y\n`;

    expect(await importText(means, 'check-ins', text)).toMatchObject({ accepted: 1, ignoredColumns: ['note', 'ward'] });
  });

  it('with a quote that only a later one closes is refused for that reason', async () => {
    const text = `${header}\np1,"cafe,2021-08-01T09:00:00Z,\n${row}\np3,"cafe,2021-08-01T09:00:00Z,\n${row}\n`;
    const { refused } = await importText(means, 'check-ins', text);

    expect(refused[0]).toMatchObject({ number: 2, complaints: [{ reason: expect.stringContaining('quote') }] });
  });

  it('with a value in a column without a name is refused there, and nowhere else', async () => {
    const text = `${header},,\n${row},,x\n${row},,\n`;

    expect(await importText(means, 'check-ins', text)).toMatchObject({ accepted: 1, refused: [{ number: 2 }] });
  });
});
