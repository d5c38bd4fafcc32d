import { describe, expect, it } from '@jest/globals';
import { Texts } from '../../../src/alerting/texts.js';

const request = {
  alertId: '3f2a9c11-0000-5000-8000-000000000000',
  caseId: 'case-of-somebody',
  personId: 'person-1',
  disease: 'covid-19',
  degree: 2 as const,
  sequence: 0,
};
const contact = {
  personId: 'person-1',
  degree: 1 as const,
  firstExposureAt: '2021-08-05T18:30:00Z',
  minutes: 20,
  meetings: [
    {
      placeId: 'secret-place',
      from: '2021-08-05T18:30:00Z',
      to: '2021-08-05T18:50:00Z',
      imputed: false,
      lingering: false,
    },
  ],
  via: ['somebody-else'],
  lastExposureAt: '2021-08-05T18:50:00Z',
  shared: [],
};
const texts = new Texts({ senderName: 'CDC Đà Nẵng', contactLine: '0236 3890 407', zone: 'Asia/Ho_Chi_Minh' });
const one = { count: 1, degree: 1 as const };

describe('the texts of alerts', () => {
  it('say in Vietnamese who sends, what happened since which day, what to do and how to check the message', () => {
    expect(texts.alert({ request, contact, group: one, language: 'vi' })).toBe(
      'CDC Đà Nẵng: Bạn đã tiếp xúc gần với người mắc COVID-19 (F1), lần đầu ngày 06/08/2021. ' +
        'Hãy ở nhà, tránh gặp người khác và chờ cán bộ y tế hướng dẫn xét nghiệm. Nếu sốt, ho, khó thở, gọi ngay. ' +
        'Kiểm tra tin này: gọi 0236 3890 407, mã 3f2a9c11. Chúng tôi không bao giờ hỏi tiền hay mật khẩu.',
    );
  });

  it('differ for F1 and F2, in both languages, by the current degree of the contact', () => {
    const of = (degree: 1 | 2, language: 'vi' | 'en') =>
      texts.alert({ request, contact: { ...contact, degree }, group: { count: 1, degree }, language });
    expect(of(1, 'vi')).toMatch(/F1/);
    expect(of(2, 'vi')).toMatch(/F2/);
    expect(of(1, 'en')).toMatch(/close contact with a person who has COVID-19 \(F1\), first on 06\/08\/2021/);
    expect(of(2, 'en')).toMatch(/you are F2/);
  });

  it('say how many contacts share the phone, with the advice for the closest of them', () => {
    const group = { count: 3, degree: 1 as const };
    const farther = { ...contact, degree: 2 as const };
    expect(texts.alert({ request, contact: farther, group, language: 'vi' })).toMatch(/: 3 người dùng .*xét nghiệm/);
    expect(texts.alert({ request, contact: farther, group, language: 'en' })).toMatch(
      /: 3 people who .*arrange a test/,
    );
  });

  it('say until the end of which day to stay at home, or how long after a continuing exposure', () => {
    const stay = (until: number | null, language: string) =>
      texts.alert({ request, contact, group: one, language, stay: { days: 14, until } });
    const until = Date.parse('2021-08-19T18:50:00Z') / 1000;
    expect(stay(until, 'vi')).toContain('Hãy ở nhà đến hết ngày 20/08/2021, tránh');
    expect(stay(until, 'en')).toContain('Stay at home until the end of 20/08/2021, keep');
    expect(stay(null, 'en')).toContain('Stay at home until 14 days after the last contact, keep');
  });

  it('show days in the zone of the tenant', () => {
    const london = new Texts({ senderName: undefined, contactLine: '111', zone: 'Europe/London' });
    expect(london.alert({ request, contact, group: one, language: 'en' })).toContain('05/08/2021');
  });

  it('name a health authority if none is configured, and an unknown disease by its id', () => {
    const neutral = new Texts({ senderName: undefined, contactLine: '111', zone: 'UTC' });
    const other = { ...request, disease: 'dengue' };
    expect(neutral.withdrawal({ request: other, language: 'vi' })).toMatch(
      /^Cơ quan y tế: .*dengue.*không còn áp dụng/,
    );
    expect(neutral.withdrawal({ request: other, language: 'en' })).toMatch(
      /^The health authority: .*no longer applies/,
    );
  });

  it('reveal nothing about the case, places or other people', () => {
    const all = (['vi', 'en'] as const).flatMap((language) => [
      texts.alert({ request, contact, group: one, language }),
      texts.alert({ request, contact, group: { count: 2, degree: 2 }, language }),
      texts.withdrawal({ request, language }),
    ]);
    for (const text of all) {
      expect(text).not.toMatch(/case-of-somebody|person-1|secret-place|somebody-else/);
      expect(text).toMatch(/0236 3890 407.*3f2a9c11/);
    }
  });
});
