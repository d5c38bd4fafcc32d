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
    'Made from where the problems are defined (`problems.ts` of each folder); a test fails when it is not what the code says',
    '(`UPDATE_DOCS=1 npm run test:unit` writes it anew).',
    '',
    `Whatever is refused by HTTP is answered as RFC 9457 writes it, with a \`type\` of \`${problemType({ code: '<code>' })}\`, what is`,
    'wrong in `detail` and what to do in `fix`. The command line says the same in words.',
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
