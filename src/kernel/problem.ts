/**
 * Something for which a request is refused. It is defined once, where it is raised: its code for programs, how HTTP answers it,
 * and its part of `docs/problems.md`.
 */
export interface ProblemKind {
  /** By which programs tell it, such as `task-closed`. */
  code: string;
  /** Of HTTP. */
  status: number;
  /** A few words. */
  title: string;
  /** What went wrong, in sentences. */
  says: string;
  /** What to do, where the error itself says nothing nearer. */
  fix: string;
}

export const defineProblem = <const Kind extends ProblemKind>(kind: Kind): Kind => kind;

/** As problems of HTTP are typed. */
export const problemType = ({ code }: Pick<ProblemKind, 'code'>): string => `urn:truyvet:problem:${code}`;
