import type { Command } from 'commander';

export function registerHeld(program: Command): void {
  const held = program
    .command('held')
    .description('results that wait for a person, because the profile makes a date of theirs impossible');

  held
    .command('list', { isDefault: true })
    .description('list them, with what is impossible')
    .option('--json', 'print a JSON array')
    .action(async ({ json }: { json?: boolean }) => {
      const { listHeldResults } = await import('./settle-held-results.js');
      await listHeldResults(json ?? false);
    });

  for (const [name, description] of [
    ['release', 'have a result count as it stands'],
    ['refuse', 'have a result count for nothing; the laboratory may report another'],
  ] as const) {
    held
      .command(name)
      .description(description)
      .argument('<sample>', 'the tube')
      .option('--person <id>', 'whose result it is, where several of the tube wait')
      .option('--disease <disease>', 'of which, where results of several wait')
      .requiredOption('--by <name>', 'who decides')
      .requiredOption('--reason <text>', 'why; no names')
      .action(async (sampleId: string, options: { person?: string; disease?: string; by: string; reason: string }) => {
        const { settleHeldResult } = await import('./settle-held-results.js');
        await settleHeldResult(name, sampleId, options);
      });
  }
}
