import { Controller, Get, Inject, Param, Post, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ClockInDoubt } from '../../event-log/clock-guard.js';
import { Ask, Do } from '../../http/buses.js';
import { LINK_HOLDER } from '../../kernel/actor.js';
import { NotKnown, Refused } from '../../kernel/errors.js';
import type { Config } from '../../platform/config.js';
import type { Context, Contexts } from '../../requests/context.js';
import type { HealthForm } from '../form.js';
import { complaintsAbout, givenIn } from '../given.js';
import { PEOPLE_CHANGED } from '../problems.js';
import { answerHealthForm, healthForm } from '../requests.js';
import type { AnswerLinks } from '../links.js';
import { PAGE_HEADERS, renderPage, type Shown } from '../page.js';
import { RateLimit, type SharedCounts } from '../../platform/rate.js';
import type { PageLanguage } from '../words.js';

export const ANSWER_SETTINGS = Symbol('answer settings');

/** The settings of the module. */
export interface AnswerSettings {
  contexts: Pick<Contexts, 'for'>;
  links: Pick<AnswerLinks, 'alertOf'>;
  config: Pick<Config, 'senderName' | 'contactLine' | 'zone'>;
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
  readonly #context: Context;

  constructor(
    @Inject(CommandBus) private readonly commands: CommandBus,
    @Inject(QueryBus) private readonly queries: QueryBus,
    @Inject(ANSWER_SETTINGS) private readonly settings: AnswerSettings,
  ) {
    this.#rate = new RateLimit('answers', VISITS, MINUTE, settings.counts);
    this.#context = settings.contexts.for({ source: 'contact', actor: LINK_HOLDER });
  }

  @Get()
  async show(@Param('token') token: string, @Req() request: Request, @Res() response: Response): Promise<void> {
    await this.#answering(token, request, response, (form) => [200, formOf(form)]);
  }

  @Post()
  async take(@Param('token') token: string, @Req() request: Request, @Res() response: Response): Promise<void> {
    await this.#answering(token, request, response, async (form) => {
      const { given, people } = givenIn(request.body);
      // People may have been added to the phone since the page was shown: nobody answered for them yet.
      const changed = people !== form.people;
      const complaints = complaintsAbout(given, form.people);
      if (changed || complaints.size > 0) return [422, formOf(form, { given, complaints, changed })];
      const asked = new Do(answerHealthForm, this.#context, { alert_id: form.alert_id, people, ...given });
      try {
        const { outcome } = await this.commands.execute(asked);
        const code = codeOf(form);
        return outcome === 'new' ? [200, { kind: 'thanks', code }] : [409, { kind: 'already', code }];
      } catch (error) {
        // While the clock is in doubt no answer is stored, and contacts need not read why.
        if (error instanceof ClockInDoubt) return [503, { kind: 'later' }];
        // What follows happened since this request looked, a moment ago.
        if (error instanceof NotKnown) return [404, { kind: 'nothing' }];
        if (!(error instanceof Refused) || error.problem !== PEOPLE_CHANGED) throw error;
        const now = await this.#formOf(form.alert_id);
        return now ? [422, formOf(now, { given, complaints, changed: true })] : [404, { kind: 'nothing' }];
      }
    });
  }

  async #answering(
    token: string,
    request: Request,
    response: Response,
    page: (form: HealthForm) => [number, Shown] | Promise<[number, Shown]>,
  ): Promise<void> {
    const { links, config } = this.settings;
    const alertId = links.alertOf(token);
    const send = (status: number, shown: Shown, form?: HealthForm) =>
      response.status(status).send(renderPage(shown, languageOf(request) ?? spokenBy(form), config));
    // Wrong, expired and withdrawn links look the same, so that nobody learns which alerts exist.
    if (alertId === undefined) return void send(404, { kind: 'nothing' });
    if (!(await this.#rate.passes(alertId))) {
      response.setHeader('Retry-After', String(MINUTE));
      return void send(429, { kind: 'busy' });
    }
    const form = await this.#formOf(alertId);
    if (!form) return void send(404, { kind: 'nothing' });
    if (form.answered)
      return void send(request.method === 'POST' ? 409 : 200, { kind: 'already', code: codeOf(form) }, form);
    const [status, shown] = await page(form);
    send(status, shown, form);
  }

  /** Undefined if the alert cannot be answered. */
  async #formOf(alertId: string): Promise<HealthForm | undefined> {
    try {
      return await this.queries.execute(new Ask(healthForm, this.#context, { alert_id: alertId }));
    } catch (error) {
      if (error instanceof NotKnown) return undefined;
      throw error;
    }
  }
}

function formOf(
  form: HealthForm,
  sent: Pick<Shown & { kind: 'form' }, 'given' | 'complaints' | 'changed'> = NOTHING_YET,
): Shown {
  return { kind: 'form', code: codeOf(form), people: form.people, sentAt: form.sent_at ?? undefined, ...sent };
}

const NOTHING_YET = { given: {}, complaints: new Map(), changed: false };

/** The code, as in the message: enough for staff at the line to find the alert. */
function codeOf(form: HealthForm): string {
  return form.alert_id.slice(0, 8);
}

function spokenBy(form: HealthForm | undefined): PageLanguage {
  return form?.language === 'en' ? 'en' : 'vi';
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
