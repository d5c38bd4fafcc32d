import { serviceUrls, type ServicesConfig } from '@truyvet/local-services';
import { openGraph } from '../contact-graph/index.js';
import { Neo4jIds } from '../contact-graph/known-ids.js';
import type { Named } from '../contact-graph/short-ids.js';
import { requireServices } from '../platform/services.js';
import { fullId } from '../requests/full-ids.js';
import { mayBeShort } from '../requests/whole-ids.js';
import { asOptions } from './options.js';

/**
 * The whole id for a beginning that was given on the command line. Only a beginning needs the contact graph.
 * @param as the option that a refusal names, such as --case.
 * @throws UserError when several ids begin like this, or the graph does not answer.
 */
export async function wholeId(
  { config }: { config: ServicesConfig },
  kind: Named,
  given: string,
  as: string,
): Promise<string> {
  if (!mayBeShort(given)) return given;
  const urls = serviceUrls(config, ['neo4j']);
  await requireServices(urls, ['neo4j']);
  const opened = openGraph({ urls });
  try {
    return await asOptions(() => fullId(new Neo4jIds(opened.driver), kind, given, kind), { [kind]: as });
  } finally {
    await opened.close();
  }
}
