import { Refused } from '../kernel/errors.js';
import { NOT_ALLOWED } from './problems.js';
import type { Fields, Given } from '../kernel/fields.js';
import type { Context } from './context.js';
import type { Request } from './define.js';
import { holdIds, withFullIds } from './full-ids.js';
import { knownIds } from './known-ids.js';
import { readGiven } from './schema.js';

/** Whether those who ask hold a right. */
export type Rights = (permission: string) => boolean;

/** Whoever holds the service key, or the machine itself, may do everything until there is a sign-in. */
export const ALL_RIGHTS: Rights = () => true;

/** @throws NotAllowed without the right */
export function requireRight(permission: string, rights: Rights = ALL_RIGHTS): void {
  if (!rights(permission)) throw new NotAllowed(permission);
}

/**
 * Handles a request: the one place through which all of them go, by whatever door.
 * @param given as it came, not read yet.
 * @throws RowRefused when a field is wrong, NotAllowed without the right.
 */
export async function perform<F extends Fields, Answer>(
  request: Request<F, Answer>,
  context: Context,
  given: unknown,
  rights?: Rights,
): Promise<Performed<F, Answer>> {
  requireRight(request.permission, rights);
  const { fields } = request;
  const read = readGiven(fields, given, context.base.zone);
  const whole = holdIds(fields) ? await withWholeIds(context, fields, read) : read;
  return { given: whole, answer: await request.handle(context, whole) };
}

async function withWholeIds<F extends Fields>(context: Context, fields: F, read: Given<F>): Promise<Given<F>> {
  await context.base.requireGraph?.();
  return withFullIds(context.of(knownIds), fields, read);
}

/** What was asked, as it was read and with ids that are whole, and the answer. */
export interface Performed<F extends Fields = Fields, Answer = unknown> {
  given: Given<F>;
  answer: Answer;
}

/** The right that a request takes is not among those of who asks. */
export class NotAllowed extends Refused {
  constructor(permission: string) {
    super(NOT_ALLOWED, `This takes the right ${permission}.`);
    this.name = 'NotAllowed';
  }
}
