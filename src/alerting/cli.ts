import { Option, type Command } from 'commander';
import type { AlertStatus } from '../contact-graph/ports.js';
import type { OrderOptions, ReplayOptions } from './operate-alerts.js';
import type { AlertsOptions } from './show-alerts.js';

const STATUSES: AlertStatus[] = ['requested', 'covered', 'sent', 'delivered', 'failed', 'withdrawn'];

export function registerAlerts(program: Command): void {
  const alerts = program
    .command('alerts')
    .description('list who was to be told, who was told, and whom somebody has to visit')
    // As in all of the command line: what stands after the name of a command below is that command's.
    .enablePositionalOptions()
    .option('--case <id>', 'alerts of this case only')
    .option('--person <id>', 'alerts of this person only')
    .addOption(new Option('--status <status>', 'alerts of this status only').choices(STATUSES))
    .option('--json', 'print a JSON array')
    .action(async (options: AlertsOptions) => {
      const { showAlerts } = await import('./show-alerts.js');
      await showAlerts(options);
    });

  alerts
    .command('status')
    .description('show queues, providers, failed alerts, held cases and the last commands of operators')
    .option('--json', 'print JSON')
    .action(async (_options: unknown, command: Command) => {
      const { showStatus } = await import('./operate-alerts.js');
      await showStatus(command.optsWithGlobals<{ json?: boolean }>());
    });

  for (const [name, type, description] of [
    ['pause', 'Pause', 'keep messages from one provider or from all; they wait, and none is lost'],
    ['resume', 'Resume', 'let messages go on that were paused'],
  ] as const) {
    audited(alerts.command(name).description(description))
      .option('--provider <name>', 'this provider only')
      .action(async (_options: unknown, command: Command) => {
        const { pauseAlerts } = await import('./operate-alerts.js');
        await pauseAlerts(type, given<OrderOptions>(command));
      });
  }

  audited(alerts.command('replay').description('have alerts told again whose messages failed for good'))
    .option('--case <id>', 'alerts of this case only')
    .addOption(
      new Option('--failed-as <reasons...>', 'those that failed for these reasons only').choices([
        'refused',
        'undelivered',
        'uncertain',
        'file',
      ]),
    )
    .option('--provider <name>', 'those that failed through this provider only')
    .option(
      '--uncertain',
      'also those of which nobody knows whether a message went: somebody may get the same message twice',
    )
    .action(async (_options: unknown, command: Command) => {
      const { replayAlerts } = await import('./operate-alerts.js');
      await replayAlerts(given<ReplayOptions>(command));
    });
}

/** Whatever is done to alerting has somebody's name and a reason to it. */
function audited(command: Command): Command {
  return command
    .requiredOption('--by <name>', 'who decides')
    .requiredOption('--reason <text>', 'why; kept in the log for ever')
    .option('--json', 'print JSON');
}

/** A command's own options, and --json wherever it stands. */
function given<T extends object>(command: Command): T {
  return { ...command.opts<T>(), json: command.optsWithGlobals<{ json?: boolean }>().json };
}
