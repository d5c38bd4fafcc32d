import type { Fields, Given } from '../kernel/fields.js';
import type { Context } from './context.js';
import type { Request } from './define.js';
import { readGiven } from './schema.js';

/** Whether those who ask hold a right. */
export type Rights = (permission: string) => boolean;

/** Whoever holds the service key, or the machine itself, may do everything until there is a sign-in. */
export const ALL_RIGHTS: Rights = () => true;

/**
 * Handles a request: the one place through which all of them go, by whatever door.
 * @param given as it came, not read yet.
 * @throws RowRefused when a field is wrong, NotAllowed without the right.
 */
export async function perform<F extends Fields, Answer>(
  request: Request<F, Answer>,
  context: Context,
  given: unknown,
  rights: Rights = ALL_RIGHTS,
): Promise<Performed<F, Answer>> {
  if (!rights(request.permission)) throw new NotAllowed(request.permission);
  const read = readGiven(request.fields, given);
  return { given: read, answer: await request.handle(context, read) };
}

/** What was asked, as it was read, and the answer. */
export interface Performed<F extends Fields, Answer> {
  given: Given<F>;
  answer: Answer;
}

/** The right that a request takes is not among those of who asks. */
export class NotAllowed extends Error {
  /** As programs know it. */
  readonly code = 'not-allowed';

  constructor(permission: string) {
    super(`This takes the right ${permission}.`);
    this.name = 'NotAllowed';
  }
}
