import type { Command } from 'commander';

export function registerPeople(program: Command): void {
  const people = program.command('people').description('records of people: several of one person are merged');

  people
    .command('merge')
    .argument('<record>', 'the record that is of the same person as another')
    .requiredOption('--into <record>', 'the record whose id the person goes by from now on')
    .description('take two records for one person: traces, contacts and messages know one from then on')
    .action(async (record: string, { into }: { into: string }) => {
      const { mergePeople } = await import('./merge-people.js');
      await mergePeople(record, into);
    });

  people
    .command('unmerge')
    .argument('<record>', 'the record that was merged into another')
    .description('part two records again, each with all that it ever held')
    .action(async (record: string) => {
      const { unmergePeople } = await import('./merge-people.js');
      await unmergePeople(record);
    });
}
