import { serviceNames } from '@truyvet/local-services';
import { z } from 'zod';

const text = z.string().optional();

export const servicesAnswer = z.array(
  z.object({
    name: z.enum(serviceNames),
    state: z
      .enum(['running', 'stopped', 'given', 'unreachable'])
      .describe('given: by a URL, and it answers; unreachable: there or given, but it does not answer'),
    via: z.enum(['process', 'docker', 'url']),
    address: text.describe('URL without credentials; left out where the service was never started'),
    version: text,
    pid: z.int().optional(),
    memory_bytes: z.int().optional(),
    log: text.describe('Path of its log, where this installation runs it'),
    problem: text.describe('Why it is unreachable'),
  }),
);
export type ServicesAnswer = z.infer<typeof servicesAnswer>;
