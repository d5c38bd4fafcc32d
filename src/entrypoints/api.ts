import { REQUESTS } from './modules.js';
import { contextsOf } from './contexts.js';
import { RequestsModule } from '../http/bind.js';
import type { Contexts, Means } from '../requests/context.js';
import type { DynamicModule } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Registry } from 'prom-client';
import 'reflect-metadata';
import type { Driver } from 'neo4j-driver';
import type { EventSet } from '../kernel/event.js';
import { GraphNotReady, gateOf } from '../contact-graph/gate.js';
import { derivedGraph } from '../contact-graph/graph-mark.js';
import type { GraphWatch } from '../contact-graph/graph-watch.js';
import { openGraph, type Graph } from '../contact-graph/index.js';
import { diseases } from '../cases/diseases.js';

import { replacedSince } from '../event-log/log-guard.js';
import { describeReplaced } from '../event-log/log-mark.js';
import type { Queues } from '../work/queues.js';
import { probe } from '@truyvet/local-services/probes';
import { createApi, createWatch } from './api/app.js';
import { checkListening } from '../http/authentication.js';
import { pingGraph, watchGraph } from './api/graph-health.js';
import { pingClock, showClock } from '../http/clock.js';
import { watchReaders } from './api/readers-health.js';
import type { Pings } from '../http/health.js';
import { listen, type Listening } from '../http/listening.js';
import { PreviewModule, type PreviewSettings } from './api/preview.js';
import { loadRows } from './boot.js';
import { ReportsModule } from '../delivery/http/reports.module.js';
import { readProviders, readReportsOf } from '@truyvet/message-gateway';
import { readMessages } from '../delivery/messages.js';
import { AnswerLinks } from '../health-form/links.js';
import { AnswersModule } from '../health-form/http/answers.module.js';
import { mountConsole } from '../console/http/pages.js';
import { mountDashboard } from '../operations/http/dashboard.js';
import { queueNames } from '../operations/overview.js';
import { operationTools } from '../operations/open.js';
import { graphTypes } from './graph-types.js';
import { derivedMemory, guard } from './guarding.js';
import { openQueues } from '../work/open-queues.js';
import { previewOf } from '../investigation/preview.js';
import { notAccepted } from '../operations/accepting.js';
import { countAllLeftOut, leftOutByReaders, LeftOutWatch } from '../work/readers-aside.js';
import type { Runtime } from './runtime.js';

/**
 * Serves the API of an installation.
 * @param extraModules HTTP modules of other parts, besides ingest and requests.
 * @param registry the metrics of `/metrics`; other parts of the process may already have registered theirs.
 * @throws UserError when it may not or cannot listen at the configured address.
 */
export async function startApi(
  runtime: Runtime,
  extraModules: readonly DynamicModule[] = [],
  registry = new Registry(),
): Promise<Listening> {
  const { config, logger } = runtime;
  checkListening(config);
  const { events } = await graphTypes();
  // A short wait: a caller should learn at once that the graph is missing.
  const graph = openGraph(runtime, { patience: 1_000, say: (line) => logger.warn(line) });
  const stopping = new AbortController();
  const queues = openQueues(runtime);
  const contexts = contextsOf(runtime, { driver: () => graph.driver, queues });
  void guard(runtime, [derivedMemory(runtime, () => contexts.of(diseases).forget())], stopping.signal);
  const watch = watchGraph(graph.driver, runtime.store, events, registry);
  showClock(runtime.clock, registry);
  watchReaders(queues, registry);
  const leftOut = new LeftOutWatch(queues);
  const pings: Pings = {
    ...pingsOf(runtime, watch),
    redis: () => pingReaders(runtime, queues),
    'event-log': () => pingLog(runtime, graph.driver),
  };
  try {
    const requests = await RequestsModule.with(REQUESTS, contexts);
    const { now, publicUrl } = config;
    const answers =
      publicUrl === undefined
        ? []
        : [AnswersModule.with({ contexts, links: new AnswerLinks(runtime.master, publicUrl), config, counts: queues })];
    const operating = contexts.of(operationTools);
    const languages = new Set(readMessages(config.messages).keys());
    const previews = await previewsOf(runtime, contexts, graph, events, languages);
    const modules = [requests, previews, ...answers, reportsOf(runtime, contexts), ...extraModules];
    const pages = (on: NestExpressApplication) => {
      mountDashboard(on, queues, queueNames(operating));
      mountConsole(on);
    };
    const { app } = await createApi({
      config,
      logger,
      means: contexts,
      counts: queues,
      pings,
      modules,
      registry,
      pages,
      now,
      languages,
      lacking: () => gateOf(graph.driver).lacking + leftOut.events,
      clock: runtime.clock,
    });
    const { url, close } = await listen(app, { host: config.host, port: config.port, variable: 'TRUYVET_PORT' });
    const closeRest = () => {
      stopping.abort();
      leftOut.close();
      watch.close();
      return Promise.all([queues.close(), graph.close()]);
    };
    return { url, close: () => close().finally(closeRest) };
  } catch (error) {
    stopping.abort();
    leftOut.close();
    watch.close();
    await queues.close();
    await graph.close();
    throw error;
  }
}

/** @throws Error when the log does not answer, or is not the one that the graph was built from. */
async function pingLog({ marked, config, urls }: Runtime, driver: Driver): Promise<void> {
  await probe('event-log', urls);
  // The check `neo4j` reports a graph that does not answer; it says nothing about the log.
  const answers = await probe('neo4j', urls).then(
    () => true,
    () => false,
  );
  if (!answers) return;
  const graph = derivedGraph(driver, config.now);
  const known = await graph.known().catch((error: unknown) => {
    if (error instanceof GraphNotReady) return undefined;
    throw error;
  });
  if (known === undefined) return;
  const replaced = await replacedSince(marked, known);
  if (replaced !== undefined) throw new Error(describeReplaced(replaced, graph.whose));
}

/** The module that previews whom rows would alert; it uses the queries that refuse an incomplete graph. */
async function previewsOf(
  runtime: Runtime,
  means: Means,
  graph: Graph,
  projected: EventSet,
  languages: ReadonlySet<string>,
): Promise<DynamicModule> {
  const { store, sealing, config } = runtime;
  const asked = { store, sealing, graph, projected, config };
  const { zone, now, retentionDays } = config;
  const settings: PreviewSettings = {
    ...{ means, zone },
    limits: { now, languages, retentionDays },
    previewOf: (takeIn) => previewOf(asked, (overlay) => takeIn(contextsOf({ ...runtime, store: overlay }))),
  };
  return PreviewModule.with(settings, await loadRows());
}

/** The module that queues delivery reports of providers; workers record them. */
function reportsOf(runtime: Runtime, contexts: Contexts): DynamicModule {
  const providers = readProviders(runtime.config.providers);
  return ReportsModule.with({
    contexts,
    tagOf: (provider) => runtime.master.reportTag(provider),
    read: (provider, parts) => {
      const settings = providers.find(({ name }) => name === provider);
      return settings && readReportsOf(settings, parts);
    },
  });
}

/**
 * Serves health and metrics of a process without an API, with the same authentication.
 * @throws UserError when it may not or cannot listen at the configured address.
 */
export async function startWatch(runtime: Runtime, port: number, registry: Registry): Promise<Listening> {
  const { config, logger } = runtime;
  checkListening(config);
  const { events } = await graphTypes();
  const graph = openGraph(runtime, { patience: 1_000 });
  const watch = watchGraph(graph.driver, runtime.store, events, registry);
  showClock(runtime.clock, registry);
  const queues = openQueues(runtime);
  watchReaders(queues, registry);
  const release = () => {
    watch.close();
    return Promise.all([queues.close(), graph.close()]);
  };
  try {
    const pings = { ...pingsOf(runtime, watch), redis: () => pingReaders(runtime, queues) };
    const app = await createWatch({ config, logger, pings, registry });
    const { url, close } = await listen(app, { host: config.host, port, variable: 'TRUYVET_METRICS_PORT' });
    return { url, close: () => close().finally(release) };
  } catch (error) {
    await release();
    throw error;
  }
}

/** Checks that Redis answers, and reports the events that readers of the log set aside, which are noted there. */
async function pingReaders({ urls, store }: Runtime, queues: Queues): Promise<{ degraded?: string }> {
  await probe('redis', urls);
  const counted = await countAllLeftOut(queues);
  const events = counted > 0 ? await notAccepted(store, await leftOutByReaders(queues)) : 0;
  if (events === 0) return {};
  const what = `${events} ${events === 1 ? 'event is' : 'events are'} set aside by workers`;
  return { degraded: `${what}: see npx truyvet projections status` };
}

function pingsOf({ urls, clock }: Runtime, watch: GraphWatch): Pings {
  return {
    clock: () => pingClock(clock),
    graph: () => pingGraph(watch),
    'event-log': () => probe('event-log', urls),
    neo4j: () => probe('neo4j', urls),
    redis: () => probe('redis', urls),
  };
}
