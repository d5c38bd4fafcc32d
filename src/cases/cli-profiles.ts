import type { Command } from 'commander';
import type { ChangeOptions } from './change-profiles.js';

export function registerProfiles(program: Command): void {
  const profiles = program.command('profiles').description('the rules by which contacts of each disease are traced');

  profiles
    .command('list')
    .description('the profiles of the program and those that were added; * marks those in use here')
    .option('--json', 'print them as JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const { listProfiles } = await import('./show-profiles.js');
      await listProfiles(json ?? false);
    });

  profiles
    .command('show')
    .argument('<id>', 'the profile')
    .description('the newest version of a profile')
    .option('--json', 'print it as a profile file, which `add` takes')
    .action(async (id: string, { json }: { json?: boolean }) => {
      const { showProfile } = await import('./show-profiles.js');
      await showProfile(id, json ?? false);
    });

  changing(
    profiles
      .command('add')
      .argument('<file>', 'a profile as `show --json` prints it, with an id of its own')
      .description('add a profile, or a new version of one; from its day on it counts instead of those of the program'),
  )
    .option('--json', 'print what was added, and what it replaces, as JSON')
    .action(async (file: string, options: ChangeOptions) => {
      const { addFrom } = await import('./change-profiles.js');
      await addFrom(file, options);
    });

  changing(
    profiles
      .command('retire')
      .argument('<id>', 'a profile that was added')
      .description('have a profile that was added count no longer for new cases; those that came under it keep it'),
  )
    .option('--json', 'print what takes its place as JSON')
    .action(async (id: string, options: ChangeOptions) => {
      const { retire } = await import('./change-profiles.js');
      await retire(id, options);
    });
}

/** Whatever changes the rules says first what it changes. */
function changing(command: Command): Command {
  return command
    .option('--dry-run', 'only say what would change')
    .option('--yes', 'do not ask before other rules take the place of those that count now');
}
