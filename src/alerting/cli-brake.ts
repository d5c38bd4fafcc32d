import type { Command } from 'commander';

export function registerBrake(program: Command): void {
  const brake = program
    .command('brake')
    .description('alerts that wait for a person, because there are more of them than is likely');

  brake
    .command('list', { isDefault: true })
    .description('list cases whose alerts wait or were refused, with the numbers')
    .option('--json', 'print a JSON array')
    .action(async (options: { json?: boolean }) => {
      const { listHeld } = await import('./brake-cases.js');
      await listHeld(options);
    });

  for (const [name, description] of [
    ['approve', 'let the alerts of a case go, and as many again of the same case'],
    ['refuse', 'keep the alerts of a case from going, until somebody approves them'],
  ] as const) {
    brake
      .command(name)
      .description(description)
      .argument('<case>', 'id of the case')
      .requiredOption('--by <name>', 'who decides')
      .option('--note <text>', 'why', '')
      .action(async (caseId: string, options: { by: string; note: string }) => {
        const { decideHeld } = await import('./brake-cases.js');
        await decideHeld(name, caseId, options);
      });
  }
}
