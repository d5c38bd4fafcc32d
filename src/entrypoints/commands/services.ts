import { Option, type Command } from 'commander';
import { neo4jVersions, type ServicesOptions, type ServiceStatus } from '@truyvet/local-services';
import { serviceLines, shownServices } from '../../operations/service-lines.js';

async function load() {
  const { readConfig } = await import('../../platform/config.js');
  const services = await import('@truyvet/local-services');
  const options: ServicesOptions = { config: readConfig(), say: (line) => console.error(line) };
  return { ...services, options };
}

export function registerServices(program: Command): void {
  const services = program
    .command('services')
    .description('the event log, Neo4j and Redis that an installation uses')
    .addHelpText(
      'after',
      '\nA service given by EVENTSTORE_URL, NEO4J_URL or REDIS_URL is used as it is. The others run in Docker if an' +
        '\nengine answers (TRUYVET_DOCKER=no: never), otherwise as processes; their data, ports and passwords are in the' +
        '\nfolder TRUYVET_DATA. Memory of Neo4j: TRUYVET_NEO4J_HEAP and TRUYVET_NEO4J_PAGECACHE, such as 512m or 2g.' +
        '\nIts version: TRUYVET_NEO4J_VERSION, or `services up --neo4j` once.',
    );

  services
    .command('up')
    .description('start the services that are not running, and wait until all answer')
    .option('--install', 'install what is missing (as root on Debian or Ubuntu)')
    .addOption(
      new Option('--neo4j <version>', 'which Neo4j to start; later starts keep to that kind').choices(neo4jVersions),
    )
    .option('--json', 'print the status as JSON')
    .action(async ({ install, neo4j, json }: { install?: boolean; neo4j?: string; json?: boolean }) => {
      const { servicesUp, servicesStatus, options } = await load();
      const config = { ...options.config, ...(neo4j === undefined ? {} : { neo4jVersion: neo4j }) };
      await servicesUp({ ...options, config, install: install ?? false });
      print(await servicesStatus(options), json);
    });

  services
    .command('down')
    .description('stop the services that were started here; their data stays')
    .option('--json', 'print the status as JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const { servicesDown, servicesStatus, options } = await load();
      await servicesDown(options);
      if (json) print(await servicesStatus(options), json);
    });
}

function print(all: readonly ServiceStatus[], json = false): void {
  const answer = shownServices(all);
  if (json) return console.log(JSON.stringify(answer, undefined, 2));
  for (const line of serviceLines(answer)) console.log(line);
}
