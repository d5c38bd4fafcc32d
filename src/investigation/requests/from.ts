import type { Context } from '../../requests/context.js';
import type { QuestionContext } from '../question-context.js';

/** Who answers a question. */
interface Asking<Given, Answer> {
  ask(ground: QuestionContext, given: Given): Promise<Answer>;
}

/** Has a question be answered by what is loaded only when it is asked. */
export function from<Given, Answer>(load: () => Promise<Asking<Given, Answer>>) {
  return async (context: Context, given: Given): Promise<Answer> => {
    const { questionContext } = await import('../question-context.js');
    const { ask } = await load();
    return ask(questionContext(context), given);
  };
}
