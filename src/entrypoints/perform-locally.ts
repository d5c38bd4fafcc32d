import { forPeople } from '../cli/for-people.js';
import { performCommand } from '../cli/perform-command.js';
import { LOCAL_USER } from '../kernel/actor.js';
import type { Fields } from '../kernel/fields.js';
import { knownIds } from '../requests/known-ids.js';
import type { Request } from '../requests/define.js';
import { contextsOf } from './contexts.js';
import { openForPeople } from './for-people.js';
import type { Runtime } from './runtime.js';

/** Performs a request within the program, on an open installation. @throws as the request does */
export async function performLocally<F extends Fields, Answer>(
  runtime: Pick<Runtime, 'urls' | 'storeId' | 'store' | 'master' | 'sealing' | 'config'>,
  request: Request<F, Answer>,
  given: Readonly<Record<string, unknown>>,
  { shortened = false } = {},
): Promise<Answer> {
  const graph = openForPeople(runtime);
  try {
    const context = contextsOf(runtime, { driver: () => graph.driver }).for({ source: 'cli', actor: LOCAL_USER });
    const { answer } = await performCommand(request, context, given);
    return shortened ? await forPeople(answer, context.of(knownIds), runtime.config.zone) : answer;
  } finally {
    await graph.close();
  }
}
