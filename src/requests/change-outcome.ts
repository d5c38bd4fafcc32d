import type { Changed } from './outcome.js';
import { z } from 'zod';

export const changed = z.object({
  outcome: z.enum(['new', 'unchanged']).describe('unchanged: it was already so'),
}) satisfies z.ZodType<Changed>;
