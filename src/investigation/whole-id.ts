import type { Named } from '../contact-graph/short-ids.js';
import { openGraph } from '../contact-graph/index.js';
import { serviceUrls } from '@truyvet/local-services';
import { fullId } from './full-ids.js';
import { mayBeShort } from '../requests/whole-ids.js';
import { groundOf } from './ground.js';
import { asOptions } from '../cli/options.js';
import { requireServices, type Runtime } from '../entrypoints/runtime.js';

/**
 * The id of which somebody gave the beginning, on the command line. Only for that the contact graph is needed.
 * @param as how it is named where it is refused, such as --case.
 * @throws UserError when several begin so, or the graph does not answer.
 */
export async function wholeId(
  { config, store }: Pick<Runtime, 'config' | 'store'>,
  kind: Named,
  given: string,
  as: string,
): Promise<string> {
  if (!mayBeShort(given)) return given;
  const urls = serviceUrls(config, ['neo4j']);
  await requireServices(urls, ['neo4j']);
  const opened = openGraph({ urls });
  try {
    const { graph } = groundOf(opened.driver, store, config);
    return await asOptions(() => fullId(graph, kind, given, kind), { [kind]: as });
  } finally {
    await opened.close();
  }
}
