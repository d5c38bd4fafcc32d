import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { ExpressAdapter } from '@bull-board/express';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Request, Response, Router } from 'express';
import type { Queues } from '../../work/queues.js';

export const DASHBOARD = '/queues';

/** What its page would still ask of another host, the browser keeps it from. */
const POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'self'; form-action 'self'";

/** The page comes with fonts of another host, which need not know who looks here. */
export function withoutOtherHosts(html: string): string {
  return html.replaceAll(/<link\b[^>]*\bhref="(?:https?:)?\/\/[^>]*>/g, '');
}

/**
 * The insides of the queues, to be looked at: whatever is done to a job by hand would be nobody's command.
 * @param names of the queues.
 */
export function mountDashboard(app: NestExpressApplication, queues: Queues, names: readonly string[]): void {
  const adapter = new ExpressAdapter();
  adapter.setBasePath(DASHBOARD);
  createBullBoard({
    queues: names.map((name) => new BullMQAdapter(queues.queue(name), { readOnlyMode: true })),
    serverAdapter: adapter,
    options: {
      uiConfig: { boardTitle: 'Truyvet', hideDocsLink: true, miscLinks: [{ text: 'Operations', url: '/console/' }] },
    },
  });
  app.use(DASHBOARD, (request: Request, response: Response, next: () => void) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return void response.status(405).end();
    response.setHeader('Content-Security-Policy', POLICY);
    response.setHeader('Referrer-Policy', 'no-referrer');
    const send = response.send.bind(response);
    response.send = (body: unknown) => send(typeof body === 'string' ? withoutOtherHosts(body) : body);
    next();
  });
  app.use(DASHBOARD, adapter.getRouter() as Router);
}
