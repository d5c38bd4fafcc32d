import { openGraph } from '../graph/index.js';
import type { Named } from '../graph/question-ports.js';
import { serviceUrls } from '../platform/services/index.js';
import { fullId, mayBeShort } from '../questions/full-ids.js';
import { groundOf } from './ground.js';
import { asOptions } from './options.js';
import { requireServices, type Runtime } from './runtime.js';

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
