import type { Changed } from './outcome.js';
import type { z } from 'zod';
import type { Fields, Given } from '../kernel/fields.js';
import type { Context } from './context.js';

/**
 * Services that a request needs beside the log. `graph-at-times`: most are handled without. `any-graph`: also one that is not
 * whole, or was made of another log.
 */
export type Need = 'graph' | 'graph-at-times' | 'any-graph' | 'queues';

/** What is asked before something is done. */
interface Asks<Answer> {
  /** What is given besides to hear only what would change. */
  dry: Readonly<Record<string, unknown>>;
  /** For help, of the option that has nobody be asked. */
  yes: string;
  /** What would be done, as in: add mine. */
  what(answer: Answer): string;
  /** What would change. */
  lines(answer: Answer): Iterable<string>;
  /** Why somebody has to agree; undefined where nobody has to. */
  warning(answer: Answer): string | undefined;
}

interface WithoutLog<Answer> {
  answer: Answer;
  /** What it may lack, as the end of a sentence. */
  lacks?: string;
}

/** How it is said on the command line, and told there. */
export interface OnCommandLine<F extends Fields, Answer> {
  /** The words after `truyvet`, fields in angle brackets: `tasks close <task_id>`. */
  words: string;
  /** Of what the word before the last says, where no other request is called so. */
  group?: string;
  /** It is meant where the words end before the last. */
  isDefault?: boolean;
  /** Times are told in the zone, and ids as short as they can be told apart: people only look at them. */
  shortened?: boolean;
  /** It tells of messages: where these reach nobody, that is said below it. */
  ofMessages?: boolean;
  /** Its answer comes in pages, and all of them can be had as one table, with this for help. */
  csv?: string;
  /** Its JSON is printed in lines of its own, since people edit it. */
  indented?: boolean;
  /** It says first what it would change, and asks before it is done. */
  asks?: Asks<Answer>;
  /** What is answered while the log does not run; undefined where that needs the log. */
  withoutLog?(given: Given<F>): Promise<WithoutLog<Answer> | undefined>;
  /**
   * What the answer is, in lines for people.
   * @param reachesPeople whether messages go to anybody; only of what tells of them.
   */
  told(answer: Answer, given: Given<F>, zone: string, reachesPeople: boolean): Iterable<string>;
}

interface Described<F extends Fields, Answer> {
  /** Among all requests, such as `close-task`. */
  name: string;
  /** What it takes to do it, such as `tasks:close`. */
  permission: string;
  /** One sentence for help and documents, beginning with a small letter. */
  says: string;
  fields: F;
  needs: readonly Need[];
  /** Left out where it is for the command line alone. */
  http?: {
    /** Below `/v1/`; fields in braces stand in the path. */
    path: string;
    tag: string;
    /** When it is answered with 404, in words; left out where everything is known. */
    notKnown?: string;
  };
  /** Left out where it is for programs alone. */
  cli?: OnCommandLine<F, Answer>;
  /**
   * @throws NotKnown when it is about something that is not there.
   * @throws UserError when it cannot be done.
   */
  handle(context: Context, given: Given<F>): Promise<Answer>;
}

/** Something that is to be done, or is asked: the same by HTTP and on the command line. */
export interface Request<F extends Fields = Fields, Answer = unknown> extends Described<F, Answer> {
  kind: 'command' | 'question';
  /** What the answer is made of. */
  answer: () => Promise<z.ZodType<Answer>>;
}

/** Something that is to be done. Said twice it changes nothing the second time. */
export function defineCommand<const F extends Fields>(command: Described<F, Changed>): Request<F, Changed> {
  return { kind: 'command', answer: async () => (await import('./change-outcome.js')).changed, ...command };
}

/** The same, of which more is to be said than whether anything changed. */
export function defineCommandAnswering<const F extends Fields, Answer extends Changed>(
  command: Omit<Request<F, Answer>, 'kind'>,
): Request<F, Answer> {
  return { kind: 'command', ...command };
}

/** Something that is asked, and changes nothing. */
export function defineQuestion<const F extends Fields, Answer>(
  question: Omit<Request<F, Answer>, 'kind'>,
): Request<F, Answer> {
  return { kind: 'question', ...question };
}

/** Fields that stand in the path. */
export function pathFields({ http }: Pick<Request, 'http'>): string[] {
  return [...(http?.path ?? '').matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string);
}
