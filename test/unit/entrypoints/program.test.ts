import { describe, expect, it } from '@jest/globals';
import type { Command } from 'commander';
import { commandLine } from '../../../src/entrypoints/program.js';

/** Every command that does something, with the words by which it is called. */
function* commands(command: Command, words: readonly string[] = []): Generator<{ words: string[]; command: Command }> {
  for (const each of command.commands) {
    const called = [...words, each.name()];
    yield { words: called, command: each };
    yield* commands(each, called);
  }
}

const documented = () =>
  [...commands(commandLine())].filter(({ command }) => command.options.some(({ long }) => long === '--json'));

/** The arguments of a command besides --json: one for each argument, and a value for each required option. */
function needed(command: Command): string[] {
  return [
    ...command.registeredArguments.map(({ argChoices }) => argChoices?.[0] ?? 'x'),
    ...command.options.flatMap(({ mandatory, long, argChoices }) =>
      mandatory ? [long ?? '', argChoices?.[0] ?? '1'] : [],
    ),
  ];
}

describe('A command that documents --json', () => {
  it.each(documented().map(({ words }) => [words.join(' ')]))(
    '"%s" accepts it, wherever it is placed',
    async (name) => {
      const words = name.split(' ');
      for (const at of ['after', 'before'] as const) {
        const program = commandLine();
        const command = words.reduce<Command>(
          (above, word) => above.commands.find((each) => each.name() === word) as Command,
          program,
        );
        let json: unknown;
        command.action(() => {
          json = command.optsWithGlobals<{ json?: boolean }>().json;
        });
        const rest = needed(command);
        await program.parseAsync([
          'node',
          'truyvet',
          ...words,
          ...(at === 'after' ? [...rest, '--json'] : ['--json', ...rest]),
        ]);
        expect(json).toBe(true);
      }
    },
  );

  it('is one of most commands that print something', () => {
    expect(documented().length).toBeGreaterThan(20);
  });
});
