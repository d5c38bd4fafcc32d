import { defineQuestion } from '../../requests/define.js';
import { FIELDS } from '../question-fields.js';
import { contactLines } from '../contact-lines.js';
import { from } from './from.js';

/**
 * Lists all contacts of a case with the places where they were met, which only the log has; for people, who want them
 * all.
 */
export const listContacts = defineQuestion({
  name: 'list-contacts',
  permission: 'questions:ask',
  says: 'list the contacts that the latest completed trace of a case found, with places',
  fields: FIELDS['contact-list'],
  needs: ['graph'],
  cli: { words: 'contacts', shortened: true, told: contactLines },
  answer: async () => (await import('../contact-list.js')).answer,
  handle: from(() => import('../contact-list.js')),
});
