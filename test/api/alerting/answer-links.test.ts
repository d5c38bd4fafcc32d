import { expect, describe, it } from '@jest/globals';
import { openAlert } from '../../../src/health-form/open-alert.js';
import { alertIdOf } from '../../../src/alerting/ids.js';
import { AlertingRig, CASE } from '../../unit/alerting/rig.js';

const config = { authority: 'vn', zone: 'Asia/Ho_Chi_Minh' };
const LINK = 'https://tracing.example/a/';
const A = '+84900000001';
const B = '+84900000002';

describe('The link of a message', () => {
  it('leads to a page that asks about as many people as the message covers', async () => {
    const rig = new AlertingRig(undefined, undefined, (alertId) => LINK + alertId);
    await rig.confirm();
    for (const [personId, phone] of Object.entries({ an: A, binh: A, chi: A, dung: B })) {
      await rig.register(personId, phone);
    }
    await rig.trace({ an: 2, binh: 1, chi: 2, dung: 1 });
    await rig.drain();

    const open = (personId: string) => openAlert(rig.store, config, alertIdOf(CASE, personId, 0), rig.now / 1000);
    expect(rig.sentTo(A)).toHaveLength(1);
    expect(rig.sentTo(A)[0]?.text).toMatch(/: 3 người dùng .* cho cả 3 người: https:\S+$/);
    expect(rig.sentTo(A)[0]?.text).toContain(LINK + alertIdOf(CASE, 'binh', 0));
    expect((await open('binh'))?.others.map(({ personId }) => personId).sort()).toEqual(['an', 'chi']);
    expect(rig.sentTo(B)[0]?.text).toMatch(/về sức khỏe: https:\S+$/);
    expect(await open('dung')).toMatchObject({ others: [], sentAt: expect.any(Number) });
  });
});
