import { Refused } from '../kernel/errors.js';
import { NOT_ALLOWED } from './problems.js';
import { unverified } from '../kernel/actor.js';
import { BY, type Fields, type Given } from '../kernel/fields.js';
import type { Context } from './context.js';
import type { Operation, Request } from './define.js';
import { holdIds, withFullIds } from './full-ids.js';
import { knownIds } from './known-ids.js';
import { readGiven } from './schema.js';

/** Whether the caller has a right. */
export type Rights = (permission: string) => boolean;

/** Without a sign-in, everybody with the service key or on this machine holds every right. */
export const ALL_RIGHTS: Rights = () => true;

/** @throws NotAllowed without the right */
export function requireRight(permission: string, rights: Rights = ALL_RIGHTS): void {
  if (!rights(permission)) throw new NotAllowed(permission);
}

/**
 * Handles a request. All requests of all interfaces go through this function; operations go through `performRead`.
 * @param given the input, not validated yet.
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
  return { given: whole, answer: await request.handle(inTheNameOf(request, context, whole), whole) };
}

/** The context of a command in which a person typed their name, which then says more than how they were let in. */
function inTheNameOf<F extends Fields>(
  { fields }: Pick<Request<F>, 'fields'>,
  context: Context,
  given: Given<F>,
): Context {
  const by: unknown = fields['by'] === BY ? Reflect.get(given, 'by') : undefined;
  if (typeof by !== 'string') return context;
  const { provenance } = context;
  return { ...context, provenance: { ...provenance, actor: unverified(by, provenance.source) } };
}

/** Handles an operation whose input its controller has read. @throws NotAllowed without the right */
export async function performRead<Input, Answer>(
  operation: Operation<Input, Answer>,
  context: Context,
  input: Input,
  rights?: Rights,
): Promise<Answer> {
  requireRight(operation.permission, rights);
  return operation.handle(context, input);
}

async function withWholeIds<F extends Fields>(context: Context, fields: F, read: Given<F>): Promise<Given<F>> {
  await context.base.requireGraph?.();
  return withFullIds(context.of(knownIds), fields, read);
}

/** The validated input with complete ids, and the answer. */
export interface Performed<F extends Fields = Fields, Answer = unknown> {
  given: Given<F>;
  answer: Answer;
}

/** The caller does not hold the right that the request requires. */
export class NotAllowed extends Refused {
  constructor(permission: string) {
    super(NOT_ALLOWED, `This requires the right ${permission}.`);
    this.name = 'NotAllowed';
  }
}
