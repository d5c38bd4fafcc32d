import type { Context } from '../../requests/context.js';
import type { QuestionContext } from '../question-context.js';

/** The module that answers a question. */
interface Asking<Given, Answer> {
  ask(context: QuestionContext, given: Given): Promise<Answer>;
}

/** Handles a question with a module that is loaded only when the question is asked. */
export function from<Given, Answer>(load: () => Promise<Asking<Given, Answer>>) {
  return async (context: Context, given: Given): Promise<Answer> => {
    const { questionContext } = await import('../question-context.js');
    const { ask } = await load();
    return ask(questionContext(context), given);
  };
}
