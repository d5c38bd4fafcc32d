import type { Command } from 'commander';
import type { ContactsOptions } from './show-contacts.js';

export function registerContacts(program: Command): void {
  program
    .command('contacts')
    .description('print the contacts that the latest completed trace of a case found')
    .option('--person <id>', 'the case: whose contacts they are')
    .option('--disease <name>', 'of several diseases, this one')
    .option('--case <id>', 'the case by its id or the beginning of it; without it the latest of the person')
    .option('--json', 'print JSON')
    .action(async (options: ContactsOptions) => {
      const { showContacts } = await import('./show-contacts.js');
      await showContacts(options);
    });
}
