/** Kinds of things that a tracing team does for a contact. */
export const TASK_KINDS = ['field-visit', 'sampling', 'test', 'follow-up'] as const;
export type TaskKind = (typeof TASK_KINDS)[number];

export const TASK_OUTCOMES = ['told', 'tested', 'not-found', 'refused', 'moved', 'done', 'other'] as const;
export type TaskOutcome = (typeof TASK_OUTCOMES)[number];
