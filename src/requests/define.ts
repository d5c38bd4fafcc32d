import type { Changed } from './outcome.js';
import type { z } from 'zod';
import type { UserError } from '../kernel/errors.js';
import type { Fields, Given } from '../kernel/fields.js';
import type { Context } from './context.js';

/**
 * Services that a request needs besides the log. `graph-at-times`: most requests are handled without the graph.
 * `any-graph`: the graph may be incomplete or built from another log. `settings-only`: not even the log.
 */
export type Need = 'graph' | 'graph-at-times' | 'any-graph' | 'queues' | 'settings-only';

/** The confirmation before a command is performed. */
interface Asks<Answer> {
  /** Additional fields for a dry run, which only answers what would change. */
  dry: Readonly<Record<string, unknown>>;
  /** Help text of `--yes`, which skips the confirmation. */
  yes: string;
  /** What would be done, for example: add mine. */
  what(answer: Answer): string;
  /** Describes what would change. */
  lines(answer: Answer): Iterable<string>;
  /** Why a person has to confirm; undefined if nobody has to. */
  warning(answer: Answer): string | undefined;
}

interface WithoutLog<Answer> {
  answer: Answer;
  /** What the answer may lack, as the end of a sentence. */
  lacks?: string;
}

/** The form of a request and its answer on the command line. */
export interface OnCommandLine<F extends Fields, Answer> {
  /** The words after `truyvet`, fields in angle brackets: `tasks close <task_id>`. */
  words: string;
  /** Description of the parent command, unless another request has those words. */
  group?: string;
  /** It is the default of the parent command: the last word may be omitted. */
  isDefault?: boolean;
  /** Times are shown in the zone and ids as short as they stay unique, since people only look at them. */
  shortened?: boolean;
  /** Its answer is about messages: a notice follows it if messages reach nobody. */
  ofMessages?: boolean;
  /** It prints all pages as one answer, asked for with these fields: there are no options for them, nor for a page. */
  whole?: Readonly<Record<string, unknown>>;
  /** Help text of `--csv`, which prints all pages of the answer as one table. */
  csv?: string;
  /** Its JSON is indented, since people edit it. */
  indented?: boolean;
  /** It shows what it would change and asks for confirmation. */
  asks?: Asks<Answer>;
  /** The error or the exit code with which the command ends after an answer that it has printed; undefined for success. */
  ends?(answer: Answer): UserError | number | undefined;
  /** The answer while the log does not run; undefined if the answer needs the log. */
  withoutLog?(given: Given<F>): Promise<WithoutLog<Answer> | undefined>;
  /**
   * The answer in lines for people.
   * @param reachesPeople whether messages reach people; always true unless `ofMessages` is set.
   */
  told(answer: Answer, given: Given<F>, zone: string, reachesPeople: boolean): Iterable<string>;
}

/** What every command and question has, however its input is read. */
interface Handled<Input, Answer> {
  /** Unique among all requests, such as `close-task`. */
  name: string;
  /** The right that it requires, such as `tasks:close`. */
  permission: string;
  /**
   * @throws NotKnown when it is about something that does not exist.
   * @throws UserError when it cannot be done.
   */
  handle(context: Context, input: Input): Promise<Answer>;
}

/**
 * A command or a question whose input has a format of its own, such as rows or the reports of a provider: its controller
 * reads the input and describes the route.
 */
export interface Operation<Input = unknown, Answer = unknown> extends Handled<Input, Answer> {
  kind: 'command' | 'question';
}

interface Described<F extends Fields, Answer> extends Handled<Given<F>, Answer> {
  /** One sentence for help and documents, beginning with a lower-case letter. */
  says: string;
  fields: F;
  needs: readonly Need[];
  /** Absent if it exists only on the command line. */
  http?: {
    /** Below `/v1/`, with path parameters in braces. */
    path: string;
    tag: string;
    /** When it is answered with 404, in words; absent if that never happens. */
    notKnown?: string;
  };
  /** Absent if it exists only for programs. */
  cli?: OnCommandLine<F, Answer>;
}

/** A command or a question; the same over HTTP and on the command line. */
export interface Request<F extends Fields = Fields, Answer = unknown> extends Described<F, Answer> {
  kind: 'command' | 'question';
  /** Loads the schema of the answer. */
  answer: () => Promise<z.ZodType<Answer>>;
}

/** Defines a command. It is idempotent: repeated, it changes nothing. */
export function defineCommand<const F extends Fields>(command: Described<F, Changed>): Request<F, Changed> {
  return { kind: 'command', answer: async () => (await import('./change-outcome.js')).changed, ...command };
}

/** Defines a command that answers more than whether anything changed. */
export function defineCommandAnswering<const F extends Fields, Answer extends Changed>(
  command: Omit<Request<F, Answer>, 'kind'>,
): Request<F, Answer> {
  return { kind: 'command', ...command };
}

/** Defines a question, which changes nothing. */
export function defineQuestion<const F extends Fields, Answer>(
  question: Omit<Request<F, Answer>, 'kind'>,
): Request<F, Answer> {
  return { kind: 'question', ...question };
}

/** Defines a command whose input its controller reads. It is idempotent, as all commands are. */
export function defineCommandOf<Input, Answer>(
  command: Omit<Operation<Input, Answer>, 'kind'>,
): Operation<Input, Answer> {
  return { kind: 'command', ...command };
}

/** Defines a question whose input its controller reads. */
export function defineQuestionOf<Input, Answer>(
  question: Omit<Operation<Input, Answer>, 'kind'>,
): Operation<Input, Answer> {
  return { kind: 'question', ...question };
}

/** The names of the path parameters. */
export function pathFields({ http }: Pick<Request, 'http'>): string[] {
  return [...(http?.path ?? '').matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string);
}
