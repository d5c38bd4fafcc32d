import { openProvider } from '@truyvet/message-gateway/open';
import { knowsOf, type ProviderSettings, readProviders, segmentsOf } from '@truyvet/message-gateway';
import { z } from 'zod';
import { given, type Context } from '../requests/context.js';
import { readMessages, type TextSettings } from './messages.js';
import type { Purpose, Sample } from './purposes.js';

const count = z.int().min(0);

export const providersAnswer = z.object({
  providers: z.array(
    z.object({
      name: z.string(),
      type: z.string(),
      per_second: z.number().nullable().describe('The most messages per second; null means no limit'),
      when_uncertain: z.string(),
      max_segments: count.describe('The most SMS that one message may take'),
      knows: z.object({
        repeats: z.boolean().describe('Whether it recognises a repeated id and does not send the message twice'),
        fates: z.boolean().describe('Whether it can be asked for the status of a message'),
      }),
      reports: z.string().nullable().describe('The URL for its reports on messages; null if it reports nothing'),
    }),
  ),
  messages: z.array(
    z.object({
      message: z.string(),
      text: z.string(),
      language: z.string(),
      encoding: z.enum(['gsm7', 'ucs2']),
      units: count.describe('Characters of the encoding'),
      segments: count.describe('The number of SMS that it takes'),
      per_segment: count,
      left: count.describe('Characters that are left in the last SMS'),
    }),
  ),
});
export type Providers = z.infer<typeof providersAnswer>;

/** Checks the configured providers. @throws UserError that names every wrong field, or a secret that is not set. */
export async function checkProviders({ base }: Pick<Context, 'base'>): Promise<Providers> {
  const config = given(base, 'config');
  const providers = readProviders(config.providers).map((each) => {
    // Opening a provider checks its secrets; it connects only when it has something to send.
    if (each.type !== 'outbox') void openProvider(each, { ...config, env: process.env }).close();
    const { name, type, perSecond = null, whenUncertain, maxSegments } = each;
    const limits = { per_second: perSecond, when_uncertain: whenUncertain, max_segments: maxSegments };
    const reports = reporting(each) ? `${config.publicUrl ?? ''}/r/${name}/${base.master.reportTag(name)}` : null;
    return { name, type, ...limits, knows: knowsOf(each), reports };
  });
  const samples = await given(base, 'messageSamples')(config);
  const messages = samples.map((sample) => {
    const { perSegment, ...size } = segmentsOf(sample.text);
    return { ...sample, ...size, per_segment: perSegment };
  });
  return { providers, messages };
}

/** Whether the provider reports over HTTP. */
function reporting(settings: ProviderSettings): boolean {
  return settings.type === 'esms' || (settings.type === 'http' && settings.reports !== undefined);
}

export interface SampleIn extends Sample {
  language: string;
}

/** Every message of every purpose in every language. */
export async function samplesOf(purposes: readonly Purpose[], settings: TextSettings): Promise<SampleIn[]> {
  const all: Awaited<ReturnType<NonNullable<Purpose['samples']>>>[] = [];
  // One after the other, since they import much of the same.
  for (const { samples } of purposes) if (samples) all.push(await samples(settings));
  return [...readMessages(settings.messages).keys()].flatMap((language) =>
    all.flatMap((samples) => samples(language).map((each) => ({ ...each, language }))),
  );
}
