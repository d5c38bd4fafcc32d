import type { AlertRequested, Contact, Language } from '../domain/events.js';
import { readInstant } from '../domain/instant.js';
import type { Config } from '../platform/config.js';
import type { PhoneGroup } from './phone-book.js';

type Request = AlertRequested['data'];

/** What a text may say; of other people there is nothing in it but how many share the phone. */
interface Said {
  sender: string;
  disease: string;
  /** How many contacts the phone belongs to. */
  count: number;
  degree: number;
  /** Day of the first exposure in the tenant's zone, as the language writes it. */
  since: string;
  /** How to check that the message is genuine. */
  check: string;
}

interface Phrases {
  sender: string;
  /** For diseases not named here their id is said. */
  diseases: Readonly<Record<string, string>>;
  check: (line: string, code: string) => string;
  /** To those who met the case, to those who met one of them, and to those farther away, who met one of degree - 1. */
  alert: Readonly<Record<1 | 2 | 'farther', { one: (said: Said) => string; many: (said: Said) => string }>>;
  withdrawal: (said: Omit<Said, 'count' | 'degree' | 'since'>) => string;
}

const phrases: Readonly<Record<Language, Phrases>> = {
  vi: {
    sender: 'Cơ quan y tế',
    diseases: { 'covid-19': 'COVID-19', measles: 'sởi', mers: 'MERS', tuberculosis: 'lao' },
    check: (line, code) => `Kiểm tra tin này: gọi ${line}, mã ${code}. Chúng tôi không bao giờ hỏi tiền hay mật khẩu.`,
    alert: {
      1: {
        one: ({ sender, disease, since, check }) =>
          `${sender}: Bạn đã tiếp xúc gần với người mắc ${disease} (F1), lần đầu ngày ${since}. ` +
          `Hãy ở nhà, tránh gặp người khác và chờ cán bộ y tế hướng dẫn xét nghiệm. Nếu sốt, ho, khó thở, gọi ngay. ${check}`,
        many: ({ sender, disease, count, check }) =>
          `${sender}: ${count} người dùng số điện thoại này đã tiếp xúc với người mắc ${disease} hoặc với F1. ` +
          `Tất cả hãy ở nhà, tránh gặp người khác và chờ cán bộ y tế hướng dẫn xét nghiệm. Nếu sốt, ho, khó thở, gọi ngay. ${check}`,
      },
      2: {
        one: ({ sender, disease, since, check }) =>
          `${sender}: Bạn đã tiếp xúc với một người tiếp xúc gần của ca ${disease} (bạn là F2), lần đầu ngày ${since}. ` +
          `Hãy hạn chế ra ngoài, đeo khẩu trang và theo dõi sức khỏe. Nếu sốt, ho, khó thở, gọi ngay. ${check}`,
        many: ({ sender, disease, count, check }) =>
          `${sender}: ${count} người dùng số điện thoại này đã tiếp xúc với người tiếp xúc gần của ca ${disease} (F2). ` +
          `Tất cả hãy hạn chế ra ngoài, đeo khẩu trang và theo dõi sức khỏe. Nếu sốt, ho, khó thở, gọi ngay. ${check}`,
      },
      farther: {
        one: ({ sender, disease, degree, since, check }) =>
          `${sender}: Bạn đã tiếp xúc với một người thuộc diện F${degree - 1} của ca ${disease} (bạn là F${degree}), lần đầu ngày ${since}. ` +
          `Hãy đeo khẩu trang và theo dõi sức khỏe. Nếu sốt, ho, khó thở, gọi ngay. ${check}`,
        many: ({ sender, disease, count, degree, check }) =>
          `${sender}: ${count} người dùng số điện thoại này đã tiếp xúc với người thuộc diện F${degree - 1} của ca ${disease} (F${degree}). ` +
          `Tất cả hãy đeo khẩu trang và theo dõi sức khỏe. Nếu sốt, ho, khó thở, gọi ngay. ${check}`,
      },
    },
    withdrawal: ({ sender, disease, check }) =>
      `${sender}: Thông báo trước đây về việc tiếp xúc ${disease} gửi tới số điện thoại này không còn áp dụng. ` +
      `Bạn không cần cách ly hay theo dõi vì thông báo đó nữa. Tin khác của chúng tôi, có mã khác, vẫn còn hiệu lực. ${check}`,
  },
  en: {
    sender: 'The health authority',
    diseases: { 'covid-19': 'COVID-19', measles: 'measles', mers: 'MERS', tuberculosis: 'tuberculosis' },
    check: (line, code) => `To check this message call ${line}, code ${code}. We never ask for money or passwords.`,
    alert: {
      1: {
        one: ({ sender, disease, since, check }) =>
          `${sender}: You were in close contact with a person who has ${disease} (F1), first on ${since}. ` +
          `Stay at home, keep away from others and wait for health staff to arrange a test. With fever, cough or trouble breathing, call at once. ${check}`,
        many: ({ sender, disease, count, check }) =>
          `${sender}: ${count} people who use this phone were in contact with a person who has ${disease}, or with such a contact (F1). ` +
          `All of them: stay at home, keep away from others and wait for health staff to arrange a test. With fever, cough or trouble breathing, call at once. ${check}`,
      },
      2: {
        one: ({ sender, disease, since, check }) =>
          `${sender}: You met a close contact of a person who has ${disease} (you are F2), first on ${since}. ` +
          `Go out as little as you can, wear a mask and watch your health. With fever, cough or trouble breathing, call at once. ${check}`,
        many: ({ sender, disease, count, check }) =>
          `${sender}: ${count} people who use this phone met a close contact of a person who has ${disease} (F2). ` +
          `All of them: go out as little as you can, wear a mask and watch your health. With fever, cough or trouble breathing, call at once. ${check}`,
      },
      farther: {
        one: ({ sender, disease, degree, since, check }) =>
          `${sender}: You met a person who is F${degree - 1} of a case of ${disease} (you are F${degree}), first on ${since}. ` +
          `Wear a mask and watch your health. With fever, cough or trouble breathing, call at once. ${check}`,
        many: ({ sender, disease, count, degree, check }) =>
          `${sender}: ${count} people who use this phone met a person who is F${degree - 1} of a case of ${disease} (F${degree}). ` +
          `All of them: wear a mask and watch your health. With fever, cough or trouble breathing, call at once. ${check}`,
      },
    },
    withdrawal: ({ sender, disease, check }) =>
      `${sender}: Our earlier message to this phone about contact with ${disease} no longer applies. ` +
      `You need not isolate or watch your health because of it. Any other message of ours, with another code, still holds. ${check}`,
  },
};

export const LANGUAGES: readonly Language[] = ['vi', 'en'];
const locales: Readonly<Record<Language, string>> = { vi: 'vi-VN', en: 'en-GB' };

/** The messages, in the receiver's language: who sends, what happened, what to do, how to check that it is genuine. */
export class Texts {
  constructor(private readonly config: Pick<Config, 'senderName' | 'contactLine' | 'zone'>) {}

  alert(about: { request: Request; contact: Contact; group: PhoneGroup; language: Language }): string {
    const { request, contact, group, language } = about;
    const { zone: timeZone } = this.config;
    const day = new Intl.DateTimeFormat(locales[language], {
      timeZone,
      day: '2-digit',
      month: '2-digit',
      year: 'numeric',
    });
    const since = day.format(readInstant(contact.firstExposureAt) * 1000);
    const degree = group.count > 1 ? group.degree : contact.degree;
    const said = { ...this.#common(request, language), count: group.count, degree, since };
    const { one, many } = phrases[language].alert[degree === 1 || degree === 2 ? degree : 'farther'];
    return group.count > 1 ? many(said) : one(said);
  }

  withdrawal({ request, language }: { request: Request; language: Language }): string {
    return phrases[language].withdrawal(this.#common(request, language));
  }

  #common({ alertId, disease }: Request, language: Language) {
    const { sender, diseases, check } = phrases[language];
    // Enough for staff at the line to find the alert; it tells nothing of the person.
    const code = alertId.slice(0, 8);
    return {
      sender: this.config.senderName ?? sender,
      disease: diseases[disease] ?? disease,
      check: check(this.config.contactLine, code),
    };
  }
}
