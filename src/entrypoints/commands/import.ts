import { Argument, type Command } from 'commander';
import { describedColumns } from '../../intake/define-rows.js';
import type { ImportFileOptions } from '../import-file.js';
import { ROWS } from '../modules.js';

export function registerImport(program: Command): void {
  const columns = ROWS.map((rows) => `  ${rows.name.padEnd(11)}${describedColumns(rows)}`);
  program
    .command('import')
    .description('import a file of rows; importing it twice changes nothing')
    .addArgument(new Argument('<kind>', 'the kind of rows').choices(ROWS.map(({ name }) => name)))
    .argument('<file>', 'CSV with a header, or lines of JSON (.ndjson, .jsonl); - reads the standard input')
    .option('--wait', 'wait until the graph, the traces and the alerts have caught up')
    .option('--ndjson', 'the file has one JSON object per line, whatever its name')
    .option('--source <name>', 'the source of the rows; ids of visits from different sources never collide', 'cli')
    .option('--rejects <path>', "file for refused rows (default: the file's name with .rejects.csv appended)")
    .option('--key <text>', 'import check-ins, proximity or results as a new statement, to restore earlier values')
    .option('--history', 'also accept presence older than TRUYVET_RETENTION_DAYS')
    .option('--close-by-next', "a check-in ends the person's open stay elsewhere")
    .option(
      '--preview',
      'for results or isolations: show who would get a message, another one, or a withdrawal; store nothing',
    )
    .option('--json', 'print the summary as JSON')
    .addHelpText(
      'after',
      `\nColumns, in any order; those in brackets are optional:\n${columns.join('\n')}\n` +
        '\nTimes are ISO 8601 with offset; times without one are read in the zone TRUYVET_ZONE.' +
        '\nExits with 2 if rows were refused, with 0 if all were accepted.',
    )
    .action(async (kind: string, file: string, options: ImportFileOptions) => {
      const { importFile } = await import('../import-file.js');
      process.exitCode = await importFile(kind, file, options);
    });
}
