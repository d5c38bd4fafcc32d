import type { Changed } from './outcome.js';
import type { z } from 'zod';
import type { Fields, Given } from '../kernel/fields.js';
import type { Context } from './context.js';

/** Services that a request needs beside the log. */
export type Need = 'graph';

interface Described<F extends Fields, Answer> {
  /** Among all requests, such as `close-task`. */
  name: string;
  /** What it takes to do it, such as `tasks:close`. */
  permission: string;
  /** One sentence for help and documents, beginning with a small letter. */
  says: string;
  fields: F;
  needs: readonly Need[];
  http: {
    /** Below `/v1/`; fields in braces stand in the path. */
    path: string;
    tag: string;
    /** When it is answered with 404, in words; left out where everything is known. */
    notKnown?: string;
  };
  cli: {
    /** The words after `truyvet`, fields in angle brackets: `tasks close <task_id>`. */
    words: string;
    /** Of what the word before the last says, where no other request is called so. */
    group?: string;
    /** It is meant where the words end before the last. */
    isDefault?: boolean;
    /** What the answer is, in lines for people. */
    told(answer: Answer, given: Given<F>, zone: string): Iterable<string>;
  };
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
  return { kind: 'command', answer: async () => (await import('./changed.js')).changed, ...command };
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
  return [...http.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string);
}
