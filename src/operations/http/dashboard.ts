import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { ExpressAdapter } from '@bull-board/express';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Request, Response, Router } from 'express';
import type { Queues } from '../../work/queues.js';

export const DASHBOARD = '/queues';

/** Makes the browser block any other request of the page to another host. */
const POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'self'; form-action 'self'";

/** The page without its fonts from another host, which need not know who opens the page. */
export function withoutOtherHosts(html: string): string {
  return html.replaceAll(/<link\b[^>]*\bhref="(?:https?:)?\/\/[^>]*>/g, '');
}

/**
 * Shows the jobs of the queues, read-only: no operator's name would be recorded for a change of a job by hand.
 * @param names the names of the queues.
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
