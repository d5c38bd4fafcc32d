import { Controller, Get, Inject, Param, Post, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { ClockInDoubt } from '../../event-log/clock-guard.js';
import type { EventStore } from '../../event-log/event-store.js';
import type { Config } from '../../platform/config.js';
import { openAlert, storeAnswer, type OpenAlert } from '../open-alert.js';
import { complaintsAbout, givenIn, type Given } from '../given.js';
import type { AnswerLinks } from '../links.js';
import { PAGE_HEADERS, renderPage, type Shown } from '../page.js';
import { RateLimit, type SharedCounts } from '../../platform/rate.js';
import type { PageLanguage } from '../words.js';

export const ANSWER_SETTINGS = Symbol('answer settings');

/** The settings of the module. */
export interface AnswerSettings {
  store: EventStore;
  links: Pick<AnswerLinks, 'alertOf'>;
  config: Pick<Config, 'authority' | 'senderName' | 'contactLine' | 'zone'>;
  /** Milliseconds since 1970; this machine's clock when left out. */
  now?: () => number;
  /** Where visits of a link are counted; in this process when left out. */
  counts?: SharedCounts;
}

/** The most visits of a link in a minute. */
const VISITS = 30;
const MINUTE = 60;

/** Where contacts answer: the only pages that need no key, since each link proves itself. */
@ApiExcludeController()
@Controller('a/:token')
export class AnswersController {
  readonly #rate: RateLimit;
  readonly #now: () => number;

  constructor(@Inject(ANSWER_SETTINGS) private readonly settings: AnswerSettings) {
    this.#now = settings.now ?? Date.now;
    this.#rate = new RateLimit('answers', VISITS, MINUTE, settings.counts);
  }

  @Get()
  async show(@Param('token') token: string, @Req() request: Request, @Res() response: Response): Promise<void> {
    await this.#answering(token, request, response, (alert) => [200, formOf(alert)]);
  }

  @Post()
  async take(@Param('token') token: string, @Req() request: Request, @Res() response: Response): Promise<void> {
    await this.#answering(token, request, response, async (alert) => {
      const { given, people } = givenIn(request.body);
      // People may have been added to the phone since the page was shown: nobody answered for them yet.
      const changed = people !== peopleOf(alert);
      const complaints = complaintsAbout(given, peopleOf(alert));
      if (changed || complaints.size > 0) return [422, formOf(alert, { given, complaints, changed })];
      const stored = await storeAnswer(this.settings.store, alert, given as Given).catch(orNotNow);
      if (stored === undefined) return [503, { kind: 'later' }];
      return stored ? [200, { kind: 'thanks', code: codeOf(alert) }] : [409, { kind: 'already', code: codeOf(alert) }];
    });
  }

  async #answering(
    token: string,
    request: Request,
    response: Response,
    page: (alert: OpenAlert) => [number, Shown] | Promise<[number, Shown]>,
  ): Promise<void> {
    const { store, links, config } = this.settings;
    const alertId = links.alertOf(token);
    const send = (status: number, shown: Shown, alert?: OpenAlert) =>
      response.status(status).send(renderPage(shown, languageOf(request) ?? spokenBy(alert), config));
    // Wrong, expired and withdrawn links look the same, so that nobody learns which alerts exist.
    if (alertId === undefined) return void send(404, { kind: 'nothing' });
    if (!(await this.#rate.passes(alertId))) {
      response.setHeader('Retry-After', String(MINUTE));
      return void send(429, { kind: 'busy' });
    }
    const alert = await openAlert(store, config, alertId, Math.floor(this.#now() / 1000));
    if (!alert) return void send(404, { kind: 'nothing' });
    if (alert.answered)
      return void send(request.method === 'POST' ? 409 : 200, { kind: 'already', code: codeOf(alert) }, alert);
    const [status, shown] = await page(alert);
    send(status, shown, alert);
  }
}

function formOf(
  alert: OpenAlert,
  sent: Pick<Shown & { kind: 'form' }, 'given' | 'complaints' | 'changed'> = NOTHING_YET,
): Shown {
  return { kind: 'form', code: codeOf(alert), people: peopleOf(alert), sentAt: alert.sentAt, ...sent };
}

const NOTHING_YET = { given: {}, complaints: new Map(), changed: false };

function peopleOf({ others }: OpenAlert): number {
  return 1 + others.length;
}

/** While the clock is in doubt no answer is stored, and contacts need not read why. */
function orNotNow(error: unknown): undefined {
  if (error instanceof ClockInDoubt) return undefined;
  throw error;
}

/** The code, as in the message: enough for staff at the line to find the alert. */
function codeOf({ alertId }: OpenAlert): string {
  return alertId.slice(0, 8);
}

function spokenBy(alert: OpenAlert | undefined): PageLanguage {
  return alert?.language === 'en' ? 'en' : 'vi';
}

function languageOf(request: Request): PageLanguage | undefined {
  const { lang } = request.query;
  return lang === 'vi' || lang === 'en' ? lang : undefined;
}

/** Sets the headers also for requests that are refused before they reach the controller. */
export function withPageHeaders(_request: Request, response: Response, next: () => void): void {
  response.set(PAGE_HEADERS);
  next();
}
