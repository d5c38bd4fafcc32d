import { z } from 'zod';
import { authorityOf, type Context } from '../requests/context.js';
import { addProfile, changesBy, parseProfile, retireProfile } from './profiles.js';

const day = z.string().nullable().describe('Such as 2021-08-01; null if there is no limit');
const name = z.string().nullable().describe('As id@version; null if there are no rules');

export const profileRetired = z.object({
  outcome: z.enum(['new', 'unchanged']).describe('unchanged: it was already so, or this was a dry run'),
  id: z.string(),
  changes: z
    .array(z.object({ from: day, until: day, was: name, becomes: name }))
    .describe('The rules that apply to new cases'),
});
export type ProfileRetired = z.infer<typeof profileRetired>;

export const profileAdded = profileRetired.extend({
  disease: z.string(),
  version: z.int().nullable().describe('The version that it has; null for a dry run'),
});
export type ProfileAdded = z.infer<typeof profileAdded>;

interface Adding {
  file: { name: string; text: string };
  dry_run?: boolean | undefined;
}

/**
 * Adds the profile in a file; a dry run only reports what it would replace. @throws UserError when the file is not a
 * profile.
 */
export async function add({ base }: Context, { file, dry_run: only = false }: Adding): Promise<ProfileAdded> {
  const { store } = base;
  const profile = parseProfile(file.text, file.name);
  const { id, disease } = profile;
  const changes = await changesBy(store, authorityOf(base), { type: 'Add', profile });
  if (only) return { outcome: 'unchanged', id, disease, version: null, changes };
  const { version, added } = await addProfile(store, profile);
  return { outcome: added ? 'new' : 'unchanged', id, disease, version, changes };
}

/**
 * Retires a profile; a dry run only reports what would replace it. @throws UserError when there is no such profile.
 */
export async function retire(
  { base }: Context,
  { id, dry_run: only = false }: { id: string; dry_run?: boolean | undefined },
): Promise<ProfileRetired> {
  const { store } = base;
  const changes = await changesBy(store, authorityOf(base), { type: 'Retire', profileId: id });
  const outcome = !only && (await retireProfile(store, id)) ? 'new' : 'unchanged';
  return { outcome, id, changes };
}
