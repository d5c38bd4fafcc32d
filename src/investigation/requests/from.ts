import type { Context } from '../../requests/context.js';
import type { Ground } from '../ground.js';

/** Who answers a question. */
interface Asking<Given, Answer> {
  ask(ground: Ground, given: Given): Promise<Answer>;
}

/** Has a question be answered by what is loaded only when it is asked. */
export function from<Given, Answer>(load: () => Promise<Asking<Given, Answer>>) {
  return async (context: Context, given: Given): Promise<Answer> => {
    const { groundOf } = await import('../ground.js');
    const { ask } = await load();
    return ask(groundOf(context), given);
  };
}
