import { Texts } from '../alerting/index.js';
import type { Sample, TextSettings } from '../delivery/index.js';

const ALERT = { alertId: '00000000-0000-5000-8000-000000000000', disease: 'covid-19' };

/** Sample texts of reminders. */
export function remindersIn(settings: TextSettings): (language: string) => Sample[] {
  const texts = new Texts(settings);
  const due = [
    { what: 'of a test', tests: 1, lastDays: 0 },
    { what: 'of the last day of follow-up', tests: 0, lastDays: 1 },
    { what: 'of both, for 3 people of one phone', tests: 3, lastDays: 3 },
  ];
  return (language) =>
    due.map(({ what, ...counts }) => ({
      message: `to remind ${what}`,
      text: texts.reminder({ ...ALERT, language, ...counts }),
    }));
}
