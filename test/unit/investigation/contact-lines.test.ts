import { expect, it } from '@jest/globals';
import { contactLines } from '../../../src/investigation/contact-lines.js';
import type { ContactsAnswer } from '../../../src/investigation/contacts.js';

const AN = { id: 'c', person: 'An', records: [], disease: 'covid-19', status: 'live' as const };
const MET = { first: 'T', last: 'T', minutes: 20, places: ['cafe'], via: [], cases: [], rule: 'own@1' };

it('Contacts are printed with why no message informed them, and without that if one did or still may', () => {
  const answer: ContactsAnswer = {
    case: { ...AN, anchor: 'A', from: 'F', until: null },
    counts: [1, 2, 3].map((degree) => ({ degree, count: degree === 1 ? 3 : 1 })),
    items: [
      { person: 'Binh', degree: 1, ...MET, untold: null },
      { person: 'Chi', degree: 1, ...MET, untold: 'too-late' },
      { person: 'Dung', degree: 1, ...MET, places: [], untold: 'is-a-case' },
      { person: 'Em', degree: 2, ...MET, places: [], via: ['Chi'], untold: 'no-sms' },
      { person: 'Giang', degree: 3, ...MET, places: [], via: ['Em'], untold: 'bound' },
    ],
    factors: [{ person: 'Huy', shared: ['household', 'vehicle'], since: 'S', places: ['bus'] }],
    next: null,
  };
  expect([...contactLines(answer)]).toEqual([
    'An: covid-19, case c',
    'Infectious from F until isolation (none is recorded)',
    '3 F1',
    '  Binh: from T, 20 min at cafe',
    '  Chi: from T, 20 min at cafe; not notified: found too late: the advice is over',
    '  Dung: from T, 20 min, by phone; is a case of the disease: not notified as a contact',
    '1 F2',
    '  Em: through Chi; not notified: the number cannot receive SMS: call or visit',
    '1 of higher degrees',
    '  F3 Giang: through Em; not notified: the phone reached its daily limit of messages; notified the next morning',
    '1 with an epidemiological factor',
    '  Huy: the same household and vehicle at bus, from S',
  ]);
});
