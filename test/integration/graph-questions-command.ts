import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Driver } from 'neo4j-driver';
import { NOBODY_GETS_THEM } from '../../src/delivery/outbox-notice.js';
import type { GraphAddress } from '../../src/contact-graph/neo4j.js';
import { PAGE } from '../../src/requests/question-fields.js';
import { timeForPeople } from '../../src/platform/times.js';
import { ASKED } from '../support/asking.js';
import { runCommand } from '../support/command.js';
import { textOf } from '../support/graph.js';
import { lengthenSharedLog } from '../support/longer-log.js';
import { tellStory } from '../support/question-story.js';

const SLOWEST = 120_000;

/** As people in Vietnam read it. */
const shown = (minutes: number) => timeForPeople(textOf(minutes), 'Asia/Ho_Chi_Minh');

/** The questions as commands, on the graph of these tests and the log that all tests share. */
export function questionCommands(driverOf: () => Driver, addressOf: () => GraphAddress): void {
  describe('A question on the command line', () => {
    beforeAll(async () => {
      await lengthenSharedLog();
      await tellStory(driverOf());
    }, SLOWEST);

    const run = (...args: string[]) => {
      const { url, user, password } = addressOf();
      return runCommand(args, {
        ...{ NEO4J_URL: url, NEO4J_USER: user, NEO4J_PASSWORD: password, TRUYVET_ZONE: 'Asia/Ho_Chi_Minh' },
      });
    };

    it(
      'is answered in lines for people, and as JSON',
      async () => {
        const at = await run('at', '--place', 'cafe', '--from', textOf(-1440 + 65), '--until', textOf(0));
        expect(at.stdout.trim().split('\n')).toEqual([
          'At cafe:',
          `  Binh: from ${shown(-1420)} until ${shown(-1360)} (imputed: no check-out is known)`,
        ]);
        expect(at.code).toBe(0);
        const chains = await run('chains', '--from', 'An', '--to', 'Chi', '--limit', '1', '--json');
        expect(JSON.parse(chains.stdout)).toMatchObject({
          from: 'An',
          to: 'Chi',
          chains: [
            {
              hops: 2,
              steps: [
                { to: 'Binh', place: 'cafe' },
                { to: 'Chi', place: 'market' },
              ],
            },
          ],
        });
      },
      SLOWEST,
    );

    it(
      'continues where a page ended',
      async () => {
        const first = await run('unreached', '--limit', '7');
        const [, cursor] = /More with --cursor (\S+)/.exec(first.stdout) ?? [];
        const second = await run('unreached', '--limit', '7', '--cursor', cursor ?? '');
        expect(first.stdout.split('\n').slice(0, 2)).toEqual([
          'F2 Chi of case case of An: no alert was requested yet',
          'F1 Em of case case of An: no phone',
        ]);
        expect(second.stdout).toBe(`F2 Giang of case case of Binh: no alert was requested yet\n${NOBODY_GETS_THEM}\n`);
      },
      SLOWEST,
    );

    it(
      'with errors names every wrong option, and what to do',
      async () => {
        const wrong = ['--max-hops', '99', '--from-time', 'x'];
        const { code, stdout, stderr } = await run('chains', '--from', 'An', '--to', 'Chi', ...wrong);
        expect(code).toBe(1);
        expect(stdout).toBe('');
        expect(stderr).toContain('--from-time is not an ISO 8601 time ("x")');
        expect(stderr).toContain('--max-hops is above 8');
        const nobody = await run('why', '--person', 'nobody at all');
        expect(nobody).toMatchObject({
          code: 1,
          stderr: expect.stringContaining('The person nobody at all is not known.'),
        });
      },
      SLOWEST,
    );

    it(
      'has a command with all its options',
      async () => {
        for (const { cli, fields } of ASKED.filter((each) => each.cli !== undefined)) {
          const { stdout } = await run(cli?.words ?? '', '--help');
          for (const [key, { kind }] of Object.entries(fields)) {
            // A command that prints the whole answer has no pages, and no options for what it always asks.
            if (cli?.whole && (key in PAGE || key in cli.whole)) continue;
            expect(stdout).toMatch(new RegExp(`--${key.replaceAll('_', '-')}${kind === 'flag' ? ' ' : ' <'}`));
          }
          expect(stdout).toContain('--json');
        }
      },
      SLOWEST,
    );
  });
}
