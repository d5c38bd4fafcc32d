import { Controller, Get, Header, Inject } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, RequestHandler } from 'express';
import type { Logger } from 'pino';
import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';

/** The API's metrics for Prometheus. Routes are labelled by their patterns, never by values from callers. */
export class ApiMetrics {
  readonly #seconds: Histogram<'method' | 'route' | 'status'>;
  readonly #rows: Counter<'kind' | 'outcome'>;

  constructor(readonly registry: Registry) {
    collectDefaultMetrics({ register: registry });
    this.#seconds = new Histogram({
      name: 'truyvet_http_request_duration_seconds',
      help: 'Duration of requests',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60],
      registers: [registry],
    });
    this.#rows = new Counter({
      name: 'truyvet_ingested_rows_total',
      help: 'Rows that were received, by kind and outcome',
      labelNames: ['kind', 'outcome'],
      registers: [registry],
    });
  }

  readonly counted = (kind: string, outcome: string, rows: number): void => {
    this.#rows.inc({ kind, outcome }, rows);
  };

  /** Measures every request and logs a line about it, without bodies or ids. */
  observe(logger: Logger): RequestHandler {
    return (request, response, next) => {
      const took = this.#seconds.startTimer();
      response.once('close', () => {
        const labels = { method: request.method, route: routeOf(request), status: String(response.statusCode) };
        const seconds = took(labels);
        logger.debug({ ...labels, ms: Math.round(seconds * 1000) }, 'answered');
      });
      next();
    };
  }
}

function routeOf(request: Request): string {
  const route = request.route as { path?: unknown } | undefined;
  return typeof route?.path === 'string' ? route.path : 'none';
}

@ApiTags('operation')
@Controller('metrics')
export class MetricsController {
  constructor(@Inject(ApiMetrics) private readonly metrics: ApiMetrics) {}

  @Get()
  @Header('Content-Type', 'text/plain; version=0.0.4; charset=utf-8')
  @ApiOperation({ operationId: 'metrics', summary: 'Metrics for Prometheus' })
  @ApiOkResponse({ description: 'In the text format.', content: { 'text/plain': { schema: { type: 'string' } } } })
  all(): Promise<string> {
    return this.metrics.registry.metrics();
  }
}
