import { defineCommandAnswering, defineQuestion } from '../requests/define.js';
import type { ProfileAdded, ProfileRetired } from './change-profiles.js';
import type { ProfileFile } from './profile-file.js';
import { changeLines, profileLines, profileTable } from './profile-lines.js';
import type { ListedProfile } from './show-profiles.js';

const PROFILES = 'the rules by which contacts of each disease are traced';

const DRY_RUN = {
  kind: 'flag',
  required: false,
  help: 'only show what would change',
  fix: 'Give true, or leave it out.',
} as const;

/**
 * A command that changes the rules first shows the changes, and asks for confirmation if profiles that apply now are
 * replaced.
 */
const ASKS = {
  dry: { dry_run: true },
  yes: 'replace rules that apply now without asking',
};
const warningOf = (what: string) => `to ${what} would replace rules that apply now.`;

export const listProfiles = defineQuestion({
  name: 'list-profiles',
  permission: 'profiles:read',
  says: 'list the profiles of the program and the added ones; * marks those in use here',
  fields: {},
  needs: [],
  cli: {
    words: 'profiles list',
    group: PROFILES,
    indented: true,
    async withoutLog() {
      const { listOwn } = await import('./show-profiles.js');
      return { answer: listOwn(), lacks: 'the list lacks the profiles that were added to it.' };
    },
    told: (all: readonly ListedProfile[]) => profileTable(all),
  },
  answer: async () => (await import('./show-profiles.js')).profilesAnswer,
  handle: async (context) => (await import('./show-profiles.js')).list(context),
});

export const showProfile = defineQuestion({
  name: 'show-profile',
  permission: 'profiles:read',
  says: 'show the newest version of a profile; with --json as a file that `add` accepts',
  fields: { id: { kind: 'id-as-typed', required: true, help: 'the profile', fix: 'Give the id of a profile.' } },
  needs: [],
  cli: {
    words: 'profiles show <id>',
    group: PROFILES,
    indented: true,
    async withoutLog(given) {
      const { showOwn } = await import('./show-profiles.js');
      const answer = showOwn(given);
      return answer && { answer };
    },
    told: (profile: ProfileFile) => profileLines(profile),
  },
  answer: async () => (await import('./show-profiles.js')).profileAnswer,
  handle: async (context, given) => (await import('./show-profiles.js')).show(context, given),
});

export const addProfile = defineCommandAnswering({
  name: 'add-profile',
  permission: 'profiles:change',
  says:
    'add a profile, or a new version of one; from its first day on it applies instead of the profiles of the ' +
    'program',
  fields: {
    file: {
      kind: 'file',
      required: true,
      help: 'a profile as `show --json` prints it, with an id of its own',
      fix: 'Give a file with a profile.',
    },
    dry_run: DRY_RUN,
  },
  needs: [],
  cli: {
    words: 'profiles add <file>',
    group: PROFILES,
    asks: {
      ...ASKS,
      what: ({ id }: ProfileAdded) => `add ${id}`,
      lines: ({ disease, changes }: ProfileAdded) => changeLines(disease, changes),
      warning: ({ id, changes }: ProfileAdded) =>
        changes.some(({ was }) => was !== null) ? warningOf(`add ${id}`) : undefined,
    },
    *told({ outcome, id, disease, version }: ProfileAdded) {
      if (outcome === 'unchanged') {
        yield `${id} has these rules already, as version ${version}: nothing was added.`;
      } else {
        yield `Added ${id}, version ${version}, for ${disease}.`;
        yield `To retire it again: npx truyvet profiles retire ${id}`;
      }
    },
  },
  answer: async () => (await import('./change-profiles.js')).profileAdded,
  handle: async (context, given) => (await import('./change-profiles.js')).add(context, given),
});

export const retireProfile = defineCommandAnswering({
  name: 'retire-profile',
  permission: 'profiles:change',
  says: 'retire an added profile: it no longer applies to new cases; earlier cases keep it',
  fields: {
    id: { kind: 'id-as-typed', required: true, help: 'a profile that was added', fix: 'Give the id of a profile.' },
    dry_run: DRY_RUN,
  },
  needs: [],
  cli: {
    words: 'profiles retire <id>',
    group: PROFILES,
    asks: {
      ...ASKS,
      what: ({ id }: ProfileRetired) => `retire ${id}`,
      lines: ({ id, changes }: ProfileRetired) => changeLines(id, changes),
      warning: ({ id, changes }: ProfileRetired) => (changes.length > 0 ? warningOf(`retire ${id}`) : undefined),
    },
    *told({ outcome, id }: ProfileRetired) {
      yield outcome === 'new' ? `${id} no longer applies to new cases.` : `${id} was retired already.`;
    },
  },
  answer: async () => (await import('./change-profiles.js')).profileRetired,
  handle: async (context, given) => (await import('./change-profiles.js')).retire(context, given),
});

export const CASE_REQUESTS = [listProfiles, showProfile, addProfile, retireProfile];
