import type { NestExpressApplication } from '@nestjs/platform-express';
import { existsSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join, sep } from 'node:path';
import { projectFolder } from '../../platform/project-folder.js';

/** Allows nothing from other hosts and nothing inline, and no framing. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** Serves the console's page, which `npm run build` makes, at /console/, and redirects / to it. */
export function mountConsole(app: NestExpressApplication, folder = builtFolder()): void {
  app.use((request: IncomingMessage, response: ServerResponse, next: () => void) => {
    if (request.url !== '/' || (request.method !== 'GET' && request.method !== 'HEAD')) return next();
    response.writeHead(302, { Location: '/console/' }).end();
  });
  if (folder === undefined) {
    app.use('/console', (_request: unknown, response: ServerResponse) => {
      response.writeHead(503, { 'Content-Type': 'text/plain; charset=utf-8' });
      response.end('The console has not been built. Run npm run build, and start the API again.\n');
    });
    return;
  }
  app.useStaticAssets(folder, {
    prefix: '/console',
    setHeaders: (response: ServerResponse, path: string) => {
      // The names of these files change with their content.
      const kept = path.includes(`${sep}assets${sep}`);
      response.setHeader('Cache-Control', kept ? 'private, max-age=31536000, immutable' : 'no-cache');
      response.setHeader('Content-Security-Policy', POLICY);
      response.setHeader('X-Content-Type-Options', 'nosniff');
      response.setHeader('Referrer-Policy', 'no-referrer');
    },
  });
}

function builtFolder(): string | undefined {
  try {
    const folder = projectFolder('dist/console');
    return existsSync(join(folder, 'index.html')) ? folder : undefined;
  } catch {
    return undefined;
  }
}
