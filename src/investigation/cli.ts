import type { Command } from 'commander';
import { ASKED, type Asked, type QuestionName } from './asked.js';

/** The list of contacts has a command of its own, which prints all of it. */
const HAVE_THEIR_OWN: readonly QuestionName[] = ['contacts'];

/** Lists that other programs take in as a table. */
const HAVE_CSV: readonly QuestionName[] = ['cases'];

/** One command for each question of a tracing team. */
export function registerQuestions(program: Command): void {
  for (const name of Object.keys(ASKED) as QuestionName[]) {
    if (HAVE_THEIR_OWN.includes(name)) continue;
    const { summary, parameters }: Asked = ASKED[name];
    const command = program.command(name).description(`${summary[0]?.toLowerCase()}${summary.slice(1)}`);
    for (const [key, { kind, help, required, otherwise, choices }] of Object.entries(parameters)) {
      const flag = `--${key.replaceAll('_', '-')}${kind === 'flag' ? '' : ' <value>'}`;
      const among = choices === undefined ? help : `${help}: ${choices.join(', ')}`;
      const shown = otherwise === undefined ? among : `${among} (default: ${otherwise})`;
      if (required) command.requiredOption(flag, shown);
      else command.option(flag, shown);
    }
    if (HAVE_CSV.includes(name)) command.option('--csv', 'print the whole list as CSV, times in UTC');
    command.option('--json', 'print JSON').action(async (options: Record<string, unknown>) => {
      const { ask } = await import('./ask.js');
      await ask(name, options);
    });
  }
}
