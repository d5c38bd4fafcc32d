import { STATUS_CODES } from 'node:http';
import { problemType, type ProblemKind } from '../kernel/problem.js';

/** Problems, by who raises them. */
export interface ProblemsOf {
  name: string;
  problems: readonly ProblemKind[];
}

/** The page `docs/problems.md`: every problem that a request may be answered with, by who raises it. */
export function describeProblems(all: readonly ProblemsOf[]): string {
  const lines = [
    '# Problems',
    '',
    'Generated from the definitions (`problems.ts` of each folder); a test fails if it differs from the code',
    '(`UPDATE_DOCS=1 npm run test:unit` updates it).',
    '',
    `A refusal over HTTP has the form of RFC 9457, with a \`type\` of \`${problemType({ code: '<code>' })}\`, what is`,
    'wrong in `detail`, and what to do in `fix`. The command line prints the same as text.',
  ];
  for (const { name, problems } of all) {
    lines.push('', `## ${name}`);
    for (const { code, status, title, says, fix } of problems) {
      const answered = `HTTP ${status} (${STATUS_CODES[status]})`;
      lines.push('', `### ${code}`, '', `${title}; ${answered}. ${says}`, '', `What to do: ${fix}`);
    }
  }
  return lines.join('\n') + '\n';
}
