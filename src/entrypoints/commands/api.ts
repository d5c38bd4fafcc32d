import type { Command } from 'commander';

export function registerApi(program: Command): void {
  program
    .command('api')
    .description('serve only the API, in the foreground')
    .addHelpText(
      'after',
      '\nListens on TRUYVET_HOST and TRUYVET_PORT (127.0.0.1, 7810). On an address that others can reach it needs' +
        '\nTRUYVET_SERVICE_KEY; every request must then carry it, except /health/live and /a/ (answers of contacts),' +
        '\nas "Authorization: Bearer KEY".',
    )
    .action(async () => {
      const { readConfig } = await import('../../platform/config.js');
      const { createLogger } = await import('../../platform/logger.js');
      const { openRuntime } = await import('../runtime.js');
      const { startApi } = await import('../api.js');
      const { untilStopped } = await import('../../cli/foreground.js');
      const config = readConfig();
      const runtime = await openRuntime(config, createLogger(config, 'api'), [], ['neo4j', 'redis']);
      const parts: { close(): Promise<void> }[] = [runtime];
      let running: string;
      try {
        const api = await startApi(runtime);
        parts.unshift(api);
        running = `The API listens on ${api.url}; description: ${api.url}/docs; console: ${api.url}/console/`;
      } catch (error) {
        await runtime.close();
        throw error;
      }
      await untilStopped(parts, console.log, { running });
    });
}
