/**
 * A reason for which a request is refused. It is defined once, where it is raised: its code for programs, its HTTP
 * status and its section of `docs/problems.md`.
 */
export interface ProblemKind {
  /** Identifies the problem for programs, such as `task-closed`. */
  code: string;
  /** HTTP status. */
  status: number;
  /** A few words. */
  title: string;
  /** What went wrong, in sentences. */
  says: string;
  /** What to do, unless the error itself is more specific. */
  fix: string;
}

export const defineProblem = <const Kind extends ProblemKind>(kind: Kind): Kind => kind;

/** The `type` of the problem in HTTP answers. */
export const problemType = ({ code }: Pick<ProblemKind, 'code'>): string => `urn:truyvet:problem:${code}`;
