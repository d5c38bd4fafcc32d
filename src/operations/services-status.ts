import { servicesStatus } from '@truyvet/local-services';
import { given, type Context } from '../requests/context.js';
import { shownServices } from './service-lines.js';
import type { ServicesAnswer } from './services-answer.js';

/** Asks each service of the installation for an answer. */
export async function readServices({ base }: Pick<Context, 'base'>): Promise<ServicesAnswer> {
  return shownServices(await servicesStatus({ config: given(base, 'config'), say: (line) => console.error(line) }));
}
