import type { Sample, TextSettings } from '../delivery/index.js';
import { Texts } from './texts.js';

const REQUEST = {
  alertId: '00000000-0000-5000-8000-000000000000',
  caseId: 'case',
  personId: 'person',
  disease: 'covid-19',
  degree: 1,
  sequence: 0,
};
const AT = '2021-08-05T02:00:00Z';
/** The stay that makes the texts longest. */
const STAY = { days: 14, until: null };

/** Sample messages to contacts, by degree and number of people. */
export function alertsIn(settings: TextSettings): (language: string) => Sample[] {
  const texts = new Texts(settings);
  const common = { personId: 'person', minutes: 20, meetings: [], via: [], lastExposureAt: AT, shared: [] };
  return (language) =>
    [1, 2, 3].flatMap((degree) =>
      [1, 3].map((count) => {
        const contact = { ...common, degree, firstExposureAt: AT };
        const about = { request: REQUEST, contact, group: { count, degree }, language, stay: STAY };
        const to = `to an F${degree}${count > 1 ? `, for ${count} people of one phone` : ''}`;
        return { message: to, text: texts.alert(about) };
      }),
    );
}

export function withdrawalsIn(settings: TextSettings): (language: string) => Sample[] {
  const texts = new Texts(settings);
  return (language) => [{ message: 'to take back an alert', text: texts.withdrawal({ request: REQUEST, language }) }];
}
