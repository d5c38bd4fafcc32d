import { Argument, type Command } from 'commander';
import { describedColumns } from '../../intake/define-rows.js';
import type { ImportFileOptions } from '../import-file.js';
import { ROWS } from '../modules.js';

export function registerImport(program: Command): void {
  const columns = ROWS.map((rows) => `  ${rows.name.padEnd(11)}${describedColumns(rows)}`);
  program
    .command('import')
    .description('take in a file of rows; imported twice it changes nothing')
    .addArgument(new Argument('<kind>', 'what the rows are').choices(ROWS.map(({ name }) => name)))
    .argument('<file>', 'CSV with a header, or lines of JSON (.ndjson, .jsonl); - reads the standard input')
    .option('--wait', 'return when the graph, the traces and the alerts have caught up')
    .option('--ndjson', 'the file holds one JSON object a line, whatever its name')
    .option('--source <name>', 'whose rows these are: ids of visits of two sources never meet', 'cli')
    .option('--rejects <path>', 'where refused rows go (default: the file with .rejects.csv after its name)')
    .option(
      '--key <text>',
      'takes check-ins, proximity or results as a new statement, to go back to values stated before',
    )
    .option('--history', 'takes presence older than TRUYVET_RETENTION_DAYS too')
    .option('--close-by-next', "a check-in ends the person's open stay elsewhere")
    .option(
      '--preview',
      'of results or isolations: say who would get a message, another one, or a withdrawal, and store nothing',
    )
    .option('--json', 'print the summary as JSON')
    .addHelpText(
      'after',
      `\nColumns, in any order; those in brackets may be left out:\n${columns.join('\n')}\n` +
        '\nTimes are ISO 8601 with offset; without one they are taken to be of the zone TRUYVET_ZONE.' +
        '\nExits with 2 when rows were refused, with 0 when all were taken.',
    )
    .action(async (kind: string, file: string, options: ImportFileOptions) => {
      const { importFile } = await import('../import-file.js');
      process.exitCode = await importFile(kind, file, options);
    });
}
