import type { AskedOfContacts, Complaint } from './given.js';

/** People who speak other languages get the Vietnamese page, which links to the English one. */
export type PageLanguage = 'vi' | 'en';

/** The questions to one person, or to several people of a phone. */
interface Questions {
  health: string;
  questions: Record<AskedOfContacts, string>;
  urgent: string;
}

/** Sentences in ICU MessageFormat. */
export interface Words extends Questions {
  /** The locale in which dates are written. */
  locale: string;
  title: string;
  sender: string;
  /** Who asks: {sender}. */
  asks: string;
  /** The same, and the {day} on which the message was sent. */
  asksSince: string;
  /** How to check the page: call the {line}. */
  genuine: string;
  /** The same, and say the {code}. */
  genuineWithCode: string;
  never: string;
  more: string;
  yes: string;
  no: string;
  send: string;
  missing: string;
  private: string;
  said: Record<'thanks' | 'already' | 'nothing' | 'busy' | 'later', string>;
  /** The number of people whom the questions concern changed since they were shown. */
  changed: string;
  several: Questions & {
    /** The questions concern {people} people of a phone. */
    concerns: string;
    /** How many of the {people} people have symptoms. */
    ill: string;
    complaints: Record<Complaint, string>;
  };
  other: { language: PageLanguage; name: string };
}

export const WORDS: Record<PageLanguage, Words> = {
  vi: {
    locale: 'vi-VN',
    title: 'Khai báo sức khỏe',
    sender: 'Cơ quan y tế',
    asks: '{sender} hỏi bạn vài câu về sức khỏe, vì chúng tôi đã nhắn tin cho bạn.',
    asksSince: '{sender} hỏi bạn vài câu về sức khỏe, vì chúng tôi đã nhắn tin cho bạn ngày {day}.',
    genuine: 'Để kiểm tra trang này là thật, gọi {line}.',
    genuineWithCode: 'Để kiểm tra trang này là thật, gọi {line}, đọc mã {code}.',
    never: 'Chúng tôi không bao giờ hỏi tiền, mật khẩu hay số tài khoản.',
    health: 'Hiện nay bạn có triệu chứng nào dưới đây không?',
    more: 'Thông tin khác',
    questions: {
      fever: 'Sốt',
      cough: 'Ho',
      breathing: 'Khó thở',
      other: 'Triệu chứng khác',
      vaccinated: 'Bạn đã tiêm vắc-xin phòng bệnh này chưa?',
      moved: 'Bạn đã chuyển đến nơi ở khác chưa?',
    },
    yes: 'Có',
    no: 'Không',
    send: 'Gửi câu trả lời',
    missing: 'Hãy trả lời câu này: chọn Có hoặc Không.',
    private: 'Chỉ nhân viên y tế được đọc câu trả lời. Bạn chỉ gửi được một lần.',
    urgent: 'Nếu khó thở hoặc thấy rất mệt, hãy gọi ngay',
    said: {
      thanks: 'Cảm ơn bạn. Chúng tôi đã nhận được câu trả lời.',
      already: 'Chúng tôi đã nhận được câu trả lời của bạn từ trước. Nếu có gì thay đổi, hãy gọi cho chúng tôi.',
      nothing: 'Không có gì để trả lời ở đây.',
      busy: 'Trang này được mở quá nhiều lần. Hãy thử lại sau một phút.',
      later: 'Hiện chưa thể nhận câu trả lời. Hãy thử lại sau một giờ, hoặc gọi cho chúng tôi.',
    },
    changed: 'Số người mà các câu hỏi này nói đến vừa thay đổi. Hãy xem lại các câu trả lời rồi gửi lại.',
    several: {
      concerns: 'Các câu hỏi này là về {people} người dùng số điện thoại này. Hãy trả lời chung cho tất cả.',
      health: 'Triệu chứng hiện nay của bất kỳ ai trong các bạn',
      questions: {
        fever: 'Có ai trong các bạn bị sốt không?',
        cough: 'Có ai trong các bạn bị ho không?',
        breathing: 'Có ai trong các bạn bị khó thở không?',
        other: 'Có ai trong các bạn có triệu chứng khác không?',
        vaccinated: 'Tất cả các bạn đã tiêm vắc-xin phòng bệnh này chưa?',
        moved: 'Có ai trong các bạn đã chuyển đến nơi ở khác không?',
      },
      urgent: 'Nếu có ai khó thở hoặc thấy rất mệt, hãy gọi ngay',
      ill: 'Trong {people} người, bao nhiêu người có triệu chứng?',
      complaints: {
        missing: 'Hãy trả lời câu này: chọn một số.',
        someone: 'Ở trên bạn trả lời là có người có triệu chứng: hãy chọn ít nhất là 1.',
        nobody: 'Ở trên bạn trả lời là không ai có triệu chứng: hãy chọn 0, hoặc sửa các câu trả lời ở trên.',
      },
    },
    other: { language: 'en', name: 'English' },
  },
  en: {
    locale: 'en-GB',
    title: 'Health questions',
    sender: 'The health authority',
    asks: '{sender} asks you a few questions about your health, because we sent you a message.',
    asksSince: '{sender} asks you a few questions about your health, because we sent you a message on {day}.',
    genuine: 'To check that this page is genuine, call {line}.',
    genuineWithCode: 'To check that this page is genuine, call {line} and say the code {code}.',
    never: 'We never ask for money, passwords or account numbers.',
    health: 'Do you have any of these now?',
    more: 'Other questions',
    questions: {
      fever: 'Fever',
      cough: 'Cough',
      breathing: 'Trouble breathing',
      other: 'Other symptoms',
      vaccinated: 'Are you vaccinated against this disease?',
      moved: 'Do you live elsewhere now?',
    },
    yes: 'Yes',
    no: 'No',
    send: 'Send the answers',
    missing: 'Please answer this question: choose Yes or No.',
    private: 'Only health staff read the answers. You can send them once.',
    urgent: 'If you have trouble breathing or feel very ill, call at once:',
    said: {
      thanks: 'Thank you. We have received your answers.',
      already: 'We already received your answers. If anything has changed, please call us.',
      nothing: 'There is nothing to answer here.',
      busy: 'This page was opened too often. Please try again in a minute.',
      later: 'We cannot accept your answers at the moment. Please try again in an hour, or call us.',
    },
    changed: 'The number of people in these questions has just changed. Please check the answers and send them again.',
    several: {
      concerns:
        'These questions are about the {people} people who use this phone. Please answer for all of them together.',
      health: 'Symptoms that any of you has now',
      questions: {
        fever: 'Does any of you have a fever?',
        cough: 'Does any of you have a cough?',
        breathing: 'Does any of you have trouble breathing?',
        other: 'Does any of you have other symptoms?',
        vaccinated: 'Are all of you vaccinated against this disease?',
        moved: 'Does any of you live elsewhere now?',
      },
      urgent: 'If anybody has trouble breathing or feels very ill, call at once:',
      ill: 'How many of the {people} people have symptoms?',
      complaints: {
        missing: 'Please answer this question: choose a number.',
        someone: 'You answered above that somebody has symptoms: choose at least 1.',
        nobody: 'You answered above that nobody has symptoms: choose 0, or change the answers above.',
      },
    },
    other: { language: 'vi', name: 'Tiếng Việt' },
  },
};
