/** Of a command that answers somebody: what may be missing from the answer, and what is waited for, goes beside it. */
export const FOR_PEOPLE = { say: (line: string): void => console.error(line) };
