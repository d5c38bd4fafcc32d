import { DateTime } from 'luxon';

/**
 * A UTC instant for people: the time of their zone with its offset, so that nobody has to know which zone it is. Every
 * input for a time accepts this form.
 * @param instant such as 2021-08-10T08:33:58Z.
 * @returns such as 2021-08-10 15:33:58+07:00.
 */
export function timeForPeople(instant: string, zone: string): string {
  return DateTime.fromISO(instant, { zone }).toFormat('yyyy-MM-dd HH:mm:ssZZ');
}
