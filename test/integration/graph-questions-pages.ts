import type { DomainEvent } from '../support/events.js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import type { Driver } from 'neo4j-driver';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import 'reflect-metadata';
import { performCommand } from '../../src/cli/perform-command.js';
import { createApi } from '../../src/entrypoints/api/app.js';
import { RequestsModule } from '../../src/http/bind.js';
import { askContacts } from '../../src/investigation/requests/one-case.js';
import type { GraphAddress } from '../../src/contact-graph/neo4j.js';
import { ASKED, contextsOf, linesOf, type Fixture, type Answer } from '../support/asking.js';
import { runCommand } from '../support/command.js';
import { textOf } from '../support/graph.js';
import { meansOver } from '../support/ingest.js';
import type { MemoryEventStore } from '../support/memory-event-store.js';
import { DAY, DECISION_5053, near, stay, tellStory, type Story } from '../support/question-story.js';
import { lengthenSharedLog } from '../support/longer-log.js';

const SLOWEST = 120_000;

const LATE = { alertId: 'alert of Giang', caseId: 'case of An' };
const guests = ['Binh', 'Chi', 'Dung', 'Em'];

/**
 * An meets four people, of whom two fall ill and meet Giang, who was An's contact by phone; elsewhere two others meet.
 */
const STORY: Story = {
  events: [
    stay('An', 'cafe', -DAY, -DAY + 60),
    ...guests.map((person, i) => stay(person, 'cafe', -DAY + 10 * i, -DAY + 50)),
    ...['An', 'Binh', 'Chi'].map((person) => stay(person, 'market', -700, -600)),
    near('An', 'Giang', -500),
    ...['Binh', 'Giang', 'Khanh'].map((person) => stay(person, 'park', -300, -200)),
    ...['Lan', 'Minh'].map((person) => stay(person, 'pool', -DAY, -DAY + 30)),
    // One of the cafe's guests has another record there, and so has one of the people who were not alerted.
    stay('Dung app', 'cafe', -DAY + 40, -DAY + 60),
    ...(['Dung', 'Em'] as const).map((into): DomainEvent => ({
      type: 'PersonMerged',
      data: { personId: `${into} app`, into },
    })),
  ],
  cases: [
    ['An', 0],
    ['Binh', 2 * DAY],
    ['Chi', 2 * DAY],
    ['Lan', 0],
    ['Minh', 2 * DAY],
  ],
  profile: DECISION_5053,
  alerts: [
    { type: 'AlertRequested', data: { ...LATE, personId: 'Giang', disease: 'covid-19', degree: 1, sequence: 0 } },
    { type: 'AlertFailed', data: { alertId: LATE.alertId, reason: 'too-late', detail: '', provider: null } },
  ],
};

const PAGED: [string, Record<string, string>][] = [
  ['contacts', { person: 'An' }],
  ['at', { place: 'cafe', from: textOf(-DAY), until: textOf(0) }],
  ['sources', { person: 'Chi' }],
  ['common', { disease: 'covid-19' }],
  ['unreached', {}],
  ['tasks', { case: 'case of An' }],
  ['clusters', {}],
  ['generations', { person: 'An', as_of: textOf(12 * DAY) }],
];

/** Long answers come in pages, the same by HTTP and on the command line. */
export function pages(driverOf: () => Driver, addressOf: () => GraphAddress): void {
  describe('A question with a long answer', () => {
    let fixture: Fixture;
    let app: INestApplication;
    let url: string;
    beforeAll(async () => {
      await lengthenSharedLog();
      fixture = await tellStory(driverOf(), STORY);
      ({ app } = await createApi({
        config: { zone: 'UTC', serviceKey: undefined },
        logger: pino({ level: 'silent' }),
        means: meansOver(fixture.store as MemoryEventStore),
        pings: {},
        modules: [await RequestsModule.with(ASKED, contextsOf(fixture))],
        registry: new Registry(),
      }));
      await app.listen(0, '127.0.0.1');
      const { port } = (app.getHttpServer() as { address(): AddressInfo }).address();
      url = `http://127.0.0.1:${port}/v1/questions`;
    }, SLOWEST);
    afterAll(() => app?.close());

    const byHttp = async (name: string, given: Record<string, string>): Promise<Answer> => {
      const response = await fetch(`${url}/${name}?${new URLSearchParams(given).toString()}`);
      expect(response.status).toBe(200);
      return (await response.json()) as Answer;
    };
    const byCommand = async (name: string, given: Record<string, string>): Promise<unknown> => {
      const options = Object.entries(given).flatMap(([key, value]) => [`--${key.replaceAll('_', '-')}`, value]);
      const { url: neo4j, user, password } = addressOf();
      const env = { NEO4J_URL: neo4j, NEO4J_USER: user, NEO4J_PASSWORD: password, TRUYVET_ZONE: 'UTC' };
      return JSON.parse((await runCommand([name, ...options, '--json'], env)).stdout);
    };

    it.each(PAGED)(
      'about %s is answered in pages of at most the requested size that together contain everything',
      async (name, given) => {
        const whole = await byHttp(name, given);
        expect(whole.items.length).toBeGreaterThan(1);
        expect(whole.next).toBeNull();
        const found: Record<string, unknown>[] = [];
        for (let cursor: string | null = ''; cursor !== null;) {
          const { items, next } = await byHttp(name, { ...given, limit: '1', ...(cursor ? { cursor } : {}) });
          expect(items.length).toBeLessThanOrEqual(1);
          found.push(...items);
          cursor = next;
        }
        expect(found).toEqual(whole.items);
      },
      SLOWEST,
    );

    it.each(PAGED.filter(([name]) => name !== 'contacts'))(
      'about %s has the same second page as JSON on the command line and over HTTP',
      async (name, given) => {
        const first = await byHttp(name, { ...given, limit: '1' });
        const second = { ...given, limit: '1', cursor: first.next ?? '' };
        expect(await byCommand(name, second)).toEqual(await byHttp(name, second));
      },
      SLOWEST,
    );

    it('about contacts has on the command line, as JSON and as text, everyone whom the pages contain', async () => {
      const first = await byHttp('contacts', { person: 'An', evidence: 'true', limit: '2' });
      const rest = await byHttp('contacts', { person: 'An', evidence: 'true', cursor: first.next ?? '' });
      const items = [...first.items, ...rest.items];
      expect(items.map(({ person, degree }) => [person, degree])).toEqual([
        ...['Binh', 'Chi', 'Dung', 'Em', 'Giang'].map((person) => [person, 1]),
        ['Khanh', 2],
      ]);
      expect(items.filter(({ untold }) => untold !== null)).toMatchObject([{ person: 'Giang', untold: 'too-late' }]);
      expect(first.items).toMatchObject([{ places: ['cafe', 'market'], via: [] }, { places: ['cafe', 'market'] }]);
      expect(items.at(-1)).toMatchObject({ places: [], via: ['Binh', 'Giang'] });
      const asked = contextsOf(fixture).for({ source: 'test' });
      const { answer } = await performCommand(askContacts, asked, { person: 'An', degree: 1 });
      expect(answer).toEqual(await byHttp('contacts', { person: 'An', degree: '1', evidence: 'true' }));
      expect(linesOf('contacts', { ...first, items })).toEqual([
        expect.stringMatching(/^An: covid-19, case /),
        expect.stringMatching(/^Infectious from /),
        '5 F1',
        ...items.slice(0, 5).map(({ person }) => expect.stringMatching(`^  ${String(person)}: from `)),
        '1 F2',
        '  Khanh: through Binh, Giang',
      ]);
    });
  });
}
