import type { Contact, Stay } from '../cases/index.js';
import type { AlertRequested } from './events.js';
import { readInstant } from '../kernel/instant.js';
import { adviceOf } from './alert.js';
import { fill, type Messages, names, readMessages, type TextSettings, withoutDiacritics } from '../delivery/index.js';
import type { PhoneGroup } from './phone-book.js';

type Request = AlertRequested['data'];

/** The messages, in the receiver's language: who sends, what happened, what to do, how to check that it is genuine. */
export class Texts {
  readonly #messages: ReadonlyMap<string, Messages>;
  /** The date format of each locale, kept because creating one is slow. */
  readonly #days = new Map<string, Intl.DateTimeFormat>();

  /** @throws UserError when a file of messages is wrong. */
  constructor(private readonly config: TextSettings) {
    this.#messages = readMessages(config.messages);
  }

  get languages(): string[] {
    return [...this.#messages.keys()];
  }

  /**
   * @param about `profile` is the disease profile under which the contact was found, `link` where the person can
   * answer, `stay` until when the advice holds for all of the group.
   */
  alert(about: {
    request: Request;
    contact: Contact;
    group: Pick<PhoneGroup, 'count' | 'degree'>;
    language: string;
    profile?: string | undefined;
    link?: string | undefined;
    stay?: Stay | undefined;
  }): string {
    const { request, contact, group, link, stay } = about;
    const messages = this.#in(about.language);
    const day = this.#dayIn(messages);
    const degree = group.count > 1 ? group.degree : contact.degree;
    const told = this.#template(about);
    const asks = group.count > 1 ? (messages.answerMany ?? messages.answer) : messages.answer;
    return this.#written(link === undefined ? [told] : [told, asks], messages, request, {
      link,
      count: group.count,
      degree,
      before: degree - 1,
      since: day.format(readInstant(contact.firstExposureAt) * 1000),
      until: untilOf(messages, stay, day),
    });
  }

  /** Whether such a message names a last day; a tenant's own texts need not. */
  namesDay(about: Pick<Parameters<Texts['alert']>[0], 'contact' | 'group' | 'language' | 'profile'>): boolean {
    return this.#in(about.language).until !== undefined && names(this.#template(about), 'until');
  }

  #template({
    contact,
    group,
    language,
    profile,
  }: Pick<Parameters<Texts['alert']>[0], 'contact' | 'group' | 'language' | 'profile'>): string {
    const messages = this.#in(language);
    const degree = group.count > 1 ? group.degree : contact.degree;
    const to = ([1, 2, 'farther'] as const)[adviceOf(degree) - 1] ?? 'farther';
    const { one, many } = messages.profiles[profile ?? '']?.[to] ?? messages.alert[to];
    return group.count > 1 ? many : one;
  }

  withdrawal({ request, language }: { request: Request; language: string }): string {
    const messages = this.#in(language);
    return this.#written([messages.withdrawal], messages, request, {});
  }

  /**
   * @param about `tests` and `lastDays` are the numbers of people of the phone who have a test today, or their last day
   * of follow-up; `alertId` is the alert that notified them.
   */
  reminder(about: { alertId: string; disease: string; language: string; tests: number; lastDays: number }): string {
    const { tests, lastDays } = about;
    const messages = this.#in(about.language, 'reminder');
    const { reminder, diseases } = messages;
    if (!reminder) throw new Error(`nobody can be reminded in ${messages.language}`);
    const disease = diseases[about.disease] ?? about.disease;
    const said = (count: number, { one, many }: (typeof reminder)['test']) =>
      count === 0 ? [] : [fill(messages, count > 1 ? many : one, { count, disease })];
    const what = [...said(tests, reminder.test), ...said(lastDays, reminder.last)].join(' ');
    return this.#written([reminder.text], messages, about, { what });
  }

  #dayIn({ locale }: Messages): Intl.DateTimeFormat {
    const known = this.#days.get(locale);
    if (known) return known;
    const { zone: timeZone } = this.config;
    const day = new Intl.DateTimeFormat(locale, { timeZone, day: '2-digit', month: '2-digit', year: 'numeric' });
    this.#days.set(locale, day);
    return day;
  }

  /** The texts in this language, or in the installation's language if there are none. */
  #in(language: string, needed: 'alert' | 'reminder' = 'alert'): Messages {
    const own = this.#messages.get(language);
    const messages = own?.[needed] ? own : this.#messages.get(this.config.language ?? 'vi');
    if (!messages) throw new Error(`there are no messages in ${language}`);
    return messages;
  }

  #written(
    texts: readonly string[],
    messages: Messages,
    { alertId, disease }: Pick<Request, 'alertId' | 'disease'>,
    said: Parameters<typeof fill>[2],
  ): string {
    // Enough for staff at the line to find the alert, and nothing about the person.
    const code = alertId.slice(0, 8);
    const { sender, diseases, check } = messages;
    const values = {
      ...said,
      sender: this.config.senderName ?? sender,
      disease: diseases[disease] ?? disease,
      check: fill(messages, check, { line: this.config.contactLine, code }),
    };
    const written = texts.map((text) => fill(messages, text, values)).join(' ');
    return (this.config.diacritics ?? true) ? written : withoutDiacritics(written);
  }
}

/** Empty if the rules or the texts name no last day. */
function untilOf(messages: Messages, stay: Stay | undefined, day: Intl.DateTimeFormat): string {
  const { until, locale } = messages;
  if (!until || !stay) return '';
  if (stay.until !== null) return fill(messages, until.day, { day: day.format(stay.until * 1000) });
  return fill(messages, until.open, { days: new Intl.NumberFormat(locale).format(stay.days) });
}
