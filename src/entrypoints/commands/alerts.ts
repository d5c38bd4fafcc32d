import { Option, type Command } from 'commander';
import type { AlertStatus } from '../../graph/ports.js';
import type { AlertsOptions } from '../show-alerts.js';

const STATUSES: AlertStatus[] = ['requested', 'covered', 'sent', 'delivered', 'failed', 'withdrawn'];

export function registerAlerts(program: Command): void {
  program
    .command('alerts')
    .description('list who was to be told, who was told, and whom somebody has to visit')
    .option('--case <id>', 'alerts of this case only')
    .option('--person <id>', 'alerts of this person only')
    .addOption(new Option('--status <status>', 'alerts of this status only').choices(STATUSES))
    .option('--json', 'print a JSON array')
    .action(async (options: AlertsOptions) => {
      const { showAlerts } = await import('../show-alerts.js');
      await showAlerts(options);
    });
}
