import { defineProblem, type ProblemKind } from './problem.js';

/** An error whose message is meant for the person who runs the command: printed without a stack. */
export class UserError extends Error {
  /** @param fix how to solve the problem, as a command or a sentence. */
  constructor(
    message: string,
    readonly fix?: string,
  ) {
    super(message);
    this.name = 'UserError';
  }
}

/** Something that cannot be done, as a problem that programs know by its code. */
export class Refused extends UserError {
  /** The problem in the form for programs. */
  readonly code: string;

  constructor(
    readonly problem: ProblemKind,
    message: string,
    fix: string = problem.fix,
  ) {
    super(message, fix);
    this.name = 'Refused';
    this.code = problem.code;
  }
}

/**
 * A refusal as a value: a decider returns it, and the code that handles the command throws it.
 * @param message what is wrong here, as a sentence.
 * @param fix what to do here, where that is more than the problem says of itself.
 */
export const refused = (problem: ProblemKind, message: string, fix?: string): Refused =>
  new Refused(problem, message, fix);

export const NOT_KNOWN = defineProblem({
  code: 'not-known',
  status: 404,
  title: 'Not known',
  says: 'No person or thing with the name or id in the request is known.',
  fix: 'Check the spelling, or list what exists.',
});

/** No person or thing with that name is known. */
export class NotKnown extends Refused {
  constructor(message: string, fix: string) {
    super(NOT_KNOWN, message, fix);
    this.name = 'NotKnown';
  }
}

/** Problems that any request may be refused with. */
export const PROBLEMS = [NOT_KNOWN];

/**
 * Whether an error is for the person who runs the command. Errors of the packages are recognised by their shape, a code
 * and a `fix`. System errors have only a code.
 */
export function isForPeople(error: unknown): error is Error & { fix?: string } {
  if (error instanceof UserError) return true;
  return error instanceof Error && 'fix' in error && 'code' in error && typeof error.code === 'string';
}
