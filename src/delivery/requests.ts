import type { DeliveryReport } from '@truyvet/message-gateway';
import { defineCommandOf, defineQuestion } from '../requests/define.js';
import type { Providers } from './providers.js';

export const providers = defineQuestion({
  name: 'check-providers',
  permission: 'providers:read',
  says: 'check the providers of messages, and show each message with the number of SMS that it takes',
  fields: {},
  needs: ['settings-only'],
  cli: {
    words: 'providers',
    ofMessages: true,
    indented: true,
    *told({ providers: all, messages }: Providers) {
      for (const { name, type, per_second: rated, when_uncertain: uncertain, max_segments: most, knows } of all) {
        const rate = rated === null ? 'no limit' : `${rated} per second`;
        const known = [...(knows.repeats ? ['repeats'] : []), ...(knows.fates ? ['the status of each'] : [])];
        yield `${name} (${type}): ${rate}, ${most} SMS a message at most; knows ${known.join(' and ') || 'nothing about earlier messages'}; ${uncertain}`;
      }
      for (const { name, reports } of all) {
        if (reports !== null) yield `${name} reports the status of messages to ${reports}`;
      }
      for (const { message, language, text, encoding, units, segments, left } of messages) {
        const alphabet = encoding === 'gsm7' ? 'GSM-7' : 'UCS-2';
        yield `\n${message}, ${language}: ${segments} SMS (${units} characters of ${alphabet}, ${left} left)\n  ${text}`;
      }
    },
  },
  answer: async () => (await import('./providers.js')).providersAnswer,
  handle: async (context) => (await import('./providers.js')).checkProviders(context),
});

/** What a provider reports of messages, as its settings read it. */
export interface ProviderReports {
  provider: string;
  reports: readonly DeliveryReport[];
}
export interface TakenReports {
  taken: number;
}

/** Queues what a provider reports, for workers to record: once it is answered, it cannot be lost. */
export const takeReports = defineCommandOf({
  name: 'take-reports',
  permission: 'reports:take',
  async handle(context, { provider, reports }: ProviderReports): Promise<TakenReports> {
    const { queueReports, reportQueue } = await import('./reports.js');
    await queueReports(context.of(reportQueue), provider, reports);
    return { taken: reports.length };
  },
});

export const DELIVERY_REQUESTS = [providers];
