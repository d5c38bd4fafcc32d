import type { DynamicModule } from '@nestjs/common';
import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import { Registry } from 'prom-client';
import 'reflect-metadata';
import { UserError } from '../domain/errors.js';
import { openGraph } from '../graph/index.js';
import { toolsOf } from '../ingest/tools.js';
import { probe } from '../platform/services/probes.js';
import { QuestionsModule } from '../questions/http/questions.module.js';
import { createApi } from './api/app.js';
import { checkListening } from './api/door.js';
import { groundOf } from './ground.js';
import type { Runtime } from './runtime.js';

export interface RunningApi {
  /** Such as http://127.0.0.1:7810. */
  url: string;
  /** Takes no more requests and waits for those under way, ten seconds at most. */
  close(): Promise<void>;
}

const GRACE_MS = 10_000;

/**
 * Serves the API of an installation.
 * @param extraModules what other parts answer by HTTP beside the ingest and the questions.
 * @param registry what `/metrics` shows; other parts of the process may have put theirs into it.
 * @throws UserError when it may not or cannot listen where the configuration says.
 */
export async function startApi(
  runtime: Runtime,
  extraModules: readonly DynamicModule[] = [],
  registry = new Registry(),
): Promise<RunningApi> {
  const { config, logger, urls } = runtime;
  checkListening(config);
  const graph = openGraph(runtime);
  const questions = QuestionsModule.with({ ground: groundOf(graph.driver, runtime.store), zone: config.zone });
  const { app } = await createApi({
    config,
    logger,
    tools: toolsOf(runtime),
    pings: {
      'event-log': () => probe('event-log', urls),
      neo4j: () => probe('neo4j', urls),
      redis: () => probe('redis', urls),
    },
    modules: [questions, ...extraModules],
    registry,
  });
  const server = app.getHttpServer() as Server;
  // A batch streams for as long as it has lines; how long a client may take over its headers stays bounded.
  server.requestTimeout = 0;
  try {
    await app.listen(config.port, config.host);
  } catch (error) {
    await app.close();
    await graph.close();
    throw listenError(error, config.host, config.port);
  }
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}`,
    close: async () => {
      const timer = setTimeout(() => server.closeAllConnections(), GRACE_MS);
      try {
        await app.close();
      } finally {
        clearTimeout(timer);
        await graph.close();
      }
    },
  };
}

function listenError(error: unknown, host: string, port: number): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') {
    return new UserError(
      `Port ${port} of ${host} is in use.`,
      'Set TRUYVET_PORT to another port, or stop what listens there.',
    );
  }
  if (code === 'EADDRNOTAVAIL' || code === 'EACCES' || code === 'ENOTFOUND') {
    return new UserError(
      `The API cannot listen on port ${port} of ${host} (${code}).`,
      'Correct TRUYVET_HOST and TRUYVET_PORT.',
    );
  }
  return error;
}
