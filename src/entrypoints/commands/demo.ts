import type { Command } from 'commander';

export function registerDemo(program: Command): void {
  program
    .command('demo')
    .description('show a made-up city of 5,000 people with three positive results, and who is notified')
    .option('--exit', 'stop everything at the end instead of leaving the API running')
    .option('--no-install', 'install nothing: only report what is missing')
    .option('--people <number>', 'size of the city', '5000')
    .action(async (options: { exit?: boolean; install: boolean; people: string }) => {
      const { demo } = await import('../demo/demo.js');
      await demo({ ...options, people: Number(options.people) });
    });
}
