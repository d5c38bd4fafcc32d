import { expect, it } from '@jest/globals';
import { contactLines } from '../../../src/investigation/contact-lines.js';
import type { ContactListAnswer } from '../../../src/investigation/contact-list.js';

it('Contacts are printed with why no message informed them, and without that if one did or still may', () => {
  const met = { first_exposure_at: 'T', minutes: 20, places: ['cafe'] };
  const answer: ContactListAnswer = {
    ...{ case_id: 'c', person: 'An', records: [], disease: 'covid-19', status: 'live' },
    window: { from: 'F', until: null },
    f1: [
      { person: 'Binh', ...met, untold: null },
      { person: 'Chi', ...met, untold: 'too-late' },
      { person: 'Dung', ...met, places: [], untold: 'is-a-case' },
    ],
    f2: [{ person: 'Em', via: ['Chi'], untold: 'no-sms' }],
    farther: [{ person: 'Giang', degree: 3, via: ['Em'], untold: 'bound' }],
    factors: [],
  };
  expect([...contactLines(answer)].filter((line) => line.startsWith('  '))).toEqual([
    '  Binh: from T, 20 min at cafe',
    '  Chi: from T, 20 min at cafe; not notified: found too late: the advice is over',
    '  Dung: from T, 20 min, by phone; is a case of the disease: not notified as a contact',
    '  Em: through Chi; not notified: the number cannot receive SMS: call or visit',
    '  F3 Giang: through Em; not notified: the phone reached its daily limit of messages; notified the next morning',
  ]);
});
