import { parseProviders, segmentsOf } from '@truyvet/message-gateway';
import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { Texts } from '../../../src/alerting/texts.js';

describe('a provider', () => {
  it('gets every alert unless configured otherwise, even those with the longest names', () => {
    const texts = new Texts({ senderName: 'Đ'.repeat(60), contactLine: '0'.repeat(60), zone: 'Asia/Ho_Chi_Minh' });
    const common = { alertId: randomUUID(), caseId: 'c', personId: 'p', disease: 'tuberculosis', sequence: 0 };
    const firstExposureAt = '2021-08-05T18:30:00Z';
    const rest = { firstExposureAt, lastExposureAt: firstExposureAt, minutes: 20, meetings: [], shared: [], via: [] };
    const sizes = (['vi', 'en'] as const).flatMap((language) =>
      [1, 2, 3].flatMap((degree) => {
        const request = { ...common, degree };
        const contact = { ...rest, personId: 'p', degree };
        const said = [1, 100].map((count) => texts.alert({ request, contact, group: { count, degree }, language }));
        return [...said, texts.withdrawal({ request, language })].map((text) => segmentsOf(text).segments);
      }),
    );
    const [outbox] = parseProviders([{ type: 'outbox' }], 'the test');
    expect(Math.max(...sizes)).toBeLessThanOrEqual(outbox?.maxSegments as number);
  });
});
