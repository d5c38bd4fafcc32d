import { describe, expect, it } from '@jest/globals';
import { CaseRun } from '../../support/case-run.js';

/**
 * Errors that once happened, tested from rows to messages where no other test goes all the way; they need no external
 * files.
 */

const PEOPLE = 'person_id,name,phone,language';
const CHECK_INS = 'person_id,place_id,arrived_at,left_at';
const RESULTS = 'sample_id,person_id,disease,collected_at,reported_at,result,onset_at';
const PHONE = '+84901234511';

/** An and Binh sit in one place for an hour on 2 August. */
async function together(now: string, [ofAn, ofBinh] = ['quan', 'quan']): Promise<CaseRun> {
  const run = new CaseRun(null, now);
  await run.takeText('people', `${PEOPLE}\nbinh,Binh,${PHONE},vi`);
  const times = '2021-08-02T18:00:00+07:00,2021-08-02T19:00:00+07:00';
  await run.takeText('check-ins', `${CHECK_INS}\nan,${ofAn},${times}\nbinh,${ofBinh},${times}`);
  return run;
}

const results = async (run: CaseRun, ...rows: string[]) => {
  const { refused } = await run.takeText(
    'results',
    [RESULTS, ...rows.map((row) => `t1,an,covid-19,${row}`)].join('\n'),
  );
  await run.settle();
  return refused.flatMap(({ complaints }) => complaints.map(({ column }) => column));
};
const SWAB = '2021-08-04T09:00:00+07:00';
const positive = (onset = '', reported = '2021-08-04T20:00:00+07:00') => `${SWAB},${reported},positive,${onset}`;

describe('Somebody who sends these rows', () => {
  it('causes no message about a positive whose retraction is above it in the list', async () => {
    const run = await together('2021-08-06T08:00:00+07:00');
    expect(await results(run, `${SWAB},2021-08-05T20:00:00+07:00,retracted,`, positive())).toEqual([]);
    expect((await run.case('an')).status).not.toBe('live');
    expect(run.sent).toEqual({});
  });

  it('causes no message about a case whose onset is in the previous year: the row is refused for it', async () => {
    const run = await together('2021-08-06T08:00:00+07:00');
    expect(await results(run, positive('2020-08-01'))).toEqual(['onset_at']);
    expect((await run.case('an')).status).toBe('unknown');
    expect(run.sent).toEqual({});
  });

  it('causes a message to a person at the same place, however its letters were composed', async () => {
    const forms = ['quán'.normalize('NFC'), 'quán'.normalize('NFD')];
    const run = await together('2021-08-06T08:00:00+07:00', forms as [string, string]);
    await results(run, positive());
    expect(await run.f1Of('an')).toEqual(['binh']);
    expect(Object.keys(run.sent)).toEqual([PHONE]);
  });

  it('does not release a contact by an onset after the swab', async () => {
    const run = await together('2021-08-06T08:00:00+07:00');
    await results(run, positive());
    const before = run.sent;
    expect(Object.keys(before)).toEqual([PHONE]);
    run.rig.now = Date.parse('2021-08-08T08:00:00+07:00');
    await results(run, positive('2021-08-07', '2021-08-07T20:00:00+07:00'));
    expect(await run.f1Of('an')).toEqual(['binh']);
    expect(run.sent).toEqual(before);
  });
});
