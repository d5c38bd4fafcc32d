import { Module, type DynamicModule, type INestApplication, type LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { IncomingMessage, Server } from 'node:http';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { IngestModule } from '../../intake/http/ingest.module.js';
import type { Means } from '../../requests/context.js';
import { boot, loadRows, loadStatements } from '../boot.js';
import type { ClockGuard } from '../../event-log/clock-guard.js';
import type { Config } from '../../platform/config.js';
import type { SharedCounts } from '../../platform/rate.js';
import { boundBodies, letBatchesStream, noteNesting, refuseNesting, type BodyBounds } from '../../http/bodies.js';
import { boundConnections, type ConnectionBounds } from '../../http/connections.js';
import { authenticate } from '../../http/authentication.js';
import { guardHeaders } from '../../http/headers.js';
import { HealthController, PINGS, type Pings } from '../../http/health.js';
import { ApiMetrics, MetricsController } from '../../http/metrics.js';
import { describeApi, methodsOf } from '../../http/openapi.js';
import { KeepingFactsOut } from '../../http/clock.js';
import { SayingWhatIsLacking } from '../../http/lacking.js';
import { ProblemFilter } from '../../http/problem.js';

export interface WatchSettings {
  config: Pick<Config, 'serviceKey'>;
  logger: Logger;
  pings: Pings;
  registry: Registry;
  /** Timeouts and number of bodies that are read at once; defaults when absent. */
  bodies?: BodyBounds;
  /** Limits of connections; defaults when absent. */
  connections?: ConnectionBounds;
}

export interface ApiSettings extends WatchSettings {
  config: Pick<Config, 'zone' | 'serviceKey'> &
    Partial<Pick<Config, 'retentionDays' | 'closeByNext' | 'doubleScanMinutes'>>;
  /** Milliseconds since 1970; this machine's clock when absent. */
  now?: () => number;
  /** Languages of the message texts; those of the program when absent. */
  languages?: ReadonlySet<string>;
  /** What storing rows needs. */
  means: Means;
  /** Counters for rate limits, shared by the processes of an installation; each process has its own when absent. */
  counts?: SharedCounts;
  /** HTTP modules of other parts of the program. */
  modules: readonly DynamicModule[];
  /** Number of events that the graph lacks, according to its last answer. */
  lacking?: () => number;
  /** Rejects new facts while the clock is in doubt. */
  clock?: Pick<ClockGuard, 'require'>;
  /** Adds pages behind the same authentication. */
  pages?: (app: NestExpressApplication) => void;
}

/** A single JSON row is small; batches of any length are streamed. */
const BODY_LIMIT = '100kb';
/** A contact's answer has six short fields. */
const FORM_LIMIT = '2kb';

@Module({})
class ApiModule {}

@Module({})
class WatchModule {}

/** The API, not listening yet. */
export async function createApi(settings: ApiSettings): Promise<{ app: INestApplication; document: OpenAPIObject }> {
  const { config, logger, means, pings, modules, registry } = settings;
  const metrics = new ApiMetrics(registry);
  const { retentionDays, closeByNext = false, doubleScanMinutes = 0 } = config;
  const limits = {
    retentionDays,
    ...(settings.now && { now: settings.now }),
    ...(settings.languages && { languages: settings.languages }),
  };
  const ingest = {
    means,
    zone: config.zone,
    limits,
    scanning: { closeByNext: closeByNext ? ('unless-kind' as const) : ('by-kind' as const), doubleScanMinutes },
    counted: metrics.counted,
    ...(settings.counts && { counts: settings.counts }),
  };
  const root: DynamicModule = {
    module: ApiModule,
    imports: [IngestModule.with(ingest, await loadRows(), await loadStatements()), ...modules],
    controllers: [HealthController, MetricsController],
    providers: [
      { provide: PINGS, useValue: pings },
      { provide: ApiMetrics, useValue: metrics },
    ],
  };
  const app = await withAuthentication(root, metrics, settings);
  if (settings.clock) app.useGlobalGuards(new KeepingFactsOut(settings.clock));
  if (settings.lacking) app.useGlobalInterceptors(new SayingWhatIsLacking(settings.lacking));
  // Answers of contacts are forms with a lower limit.
  const type = (request: IncomingMessage) => isJson(request) && !/^\/a\//.test(request.url ?? '');
  // Nest passes all options to the parser, but types only some of them.
  const options: object = { limit: BODY_LIMIT, type, verify: noteNesting };
  app.useBodyParser('json', options);
  app.use(refuseNesting);
  app.useBodyParser('urlencoded', { limit: FORM_LIMIT, extended: false });
  const document = describeApi(
    app,
    (await boot()).problems.flatMap(({ problems }) => problems),
  );
  app.useGlobalFilters(new ProblemFilter(logger, methodsOf({ ...document, paths: { ...document.paths, ...DOCS } })));
  settings.pages?.(app);
  SwaggerModule.setup('docs', app, document, {
    ...{ jsonDocumentUrl: 'docs-json', customSiteTitle: 'Truyvet API' },
    // Otherwise the page sends the description to an external validator.
    swaggerOptions: { validatorUrl: null },
  });
  await app.init();
  return { app, document };
}

/** Only health and metrics, for a process without an API; not listening yet. */
export async function createWatch(settings: WatchSettings): Promise<INestApplication> {
  const metrics = new ApiMetrics(settings.registry);
  const root: DynamicModule = {
    module: WatchModule,
    controllers: [HealthController, MetricsController],
    providers: [
      { provide: PINGS, useValue: settings.pings },
      { provide: ApiMetrics, useValue: metrics },
    ],
  };
  const app = await withAuthentication(root, metrics, settings);
  app.useGlobalFilters(new ProblemFilter(settings.logger, methodsOf(describeApi(app, []))));
  await app.init();
  return app;
}

async function withAuthentication(
  root: DynamicModule,
  metrics: ApiMetrics,
  { config, logger, bodies, connections }: Pick<WatchSettings, 'config' | 'logger' | 'bodies' | 'connections'>,
): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(root, {
    logger: nestLogger(logger),
    bodyParser: false,
    abortOnError: false,
  });
  boundConnections(app.getHttpServer() as Server, connections);
  app.disable('x-powered-by');
  // These run before anything of a request is read.
  app.use(metrics.observe(logger), guardHeaders, boundBodies(bodies), authenticate(config), letBatchesStream);
  return app;
}

function isJson(request: IncomingMessage): boolean {
  return /^application\/json *(?:;|$)/i.test(request.headers['content-type'] ?? '');
}

const DOCS = { '/docs': { get: { responses: {} } }, '/docs-json': { get: { responses: {} } } };

function nestLogger(logger: Logger): LoggerService {
  return {
    log: (message: unknown) => logger.debug(String(message)),
    error: (message: unknown) => logger.error(String(message)),
    warn: (message: unknown) => logger.warn(String(message)),
    debug: (message: unknown) => logger.trace(String(message)),
  };
}
