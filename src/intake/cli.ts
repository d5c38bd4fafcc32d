import { Argument, type Command } from 'commander';
import type { Kind } from './rows.js';
import type { ImportFileOptions } from './import-file.js';

/** Spelt out here, so that the help is printed without loading what an import needs. */
const COLUMNS: Record<Kind, string> = {
  people: 'person_id,name,phone[,language,household_id]',
  places: 'place_id,name,kind[,capacity,latitude,longitude,default_stay_minutes]',
  'check-ins': 'person_id,place_id,arrived_at,left_at[,visit_id,person_ids,seat]',
  proximity: 'person_a,person_b,started_at,ended_at[,distance_m]',
  results:
    'sample_id,person_id,disease,collected_at,reported_at,result[,onset_at,infectious_from,infectious_until,pool_size,rash_at,method,ct]',
  isolations: 'person_id,started_at[,ended_at]',
};

export function registerImport(program: Command): void {
  const columns = Object.entries(COLUMNS).map(([kind, list]) => `  ${kind.padEnd(11)}${list}`);
  program
    .command('import')
    .description('take in a file of rows; imported twice it changes nothing')
    .addArgument(new Argument('<kind>', 'what the rows are').choices(Object.keys(COLUMNS)))
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
      'of results or isolations: say who would be told, told again, or told otherwise, and store nothing',
    )
    .option('--json', 'print the summary as JSON')
    .addHelpText(
      'after',
      `\nColumns, in any order; those in brackets may be left out:\n${columns.join('\n')}\n` +
        '\nTimes are ISO 8601 with offset; without one they are taken to be of the zone TRUYVET_ZONE.' +
        '\nExits with 2 when rows were refused, with 0 when all were taken.',
    )
    .action(async (kind: Kind, file: string, options: ImportFileOptions) => {
      const { importFile } = await import('./import-file.js');
      process.exitCode = await importFile(kind, file, options);
    });
}
