import { openProvider } from '@truyvet/message-gateway/open';
import { knowsOf, type ProviderSettings, readProviders, type Segments, segmentsOf } from '@truyvet/message-gateway';
import { openMasterKey } from '../event-log/master-key.js';
import { readMessages, type TextSettings } from '../delivery/messages.js';
import type { Purpose, Sample } from '../delivery/purposes.js';
import { sayWhereNobodyGetsThem } from '../delivery/reaches-people.js';
import { readConfig } from '../platform/config.js';

interface Sized extends Sample, Segments {
  language: string;
}

/**
 * Prints the configured providers and every message as it would be sent, for the command line.
 * @throws UserError that names every wrong field, or a secret that is not set.
 */
export async function showProviders({ json = false }: { json?: boolean }, purposes: readonly Purpose[]): Promise<void> {
  const config = readConfig();
  const settings = readProviders(config.providers);
  const master = openMasterKey(config);
  const providers = settings.map((each) => {
    // Opening a provider checks its secrets; it connects only when it has something to send.
    if (each.type !== 'outbox') void openProvider(each, { ...config, env: process.env }).close();
    const { name, type, perSecond = null, whenUncertain, maxSegments } = each;
    const limits = { per_second: perSecond, when_uncertain: whenUncertain, max_segments: maxSegments };
    const reports = reporting(each) ? `${config.publicUrl ?? ''}/r/${name}/${master.reportTag(name)}` : null;
    return { name, type, ...limits, knows: knowsOf(each), reports };
  });
  const messages = await samplesOf(purposes, config);
  if (json) {
    const sized = messages.map(({ perSegment, ...message }) => ({ ...message, per_segment: perSegment }));
    console.log(JSON.stringify({ providers, messages: sized }, undefined, 2));
    return;
  }
  sayWhereNobodyGetsThem(config);
  for (const { name, type, per_second: rated, when_uncertain: uncertain, max_segments: most, knows } of providers) {
    const rate = rated === null ? 'no limit' : `${rated} a second`;
    const known = [...(knows.repeats ? ['repeats'] : []), ...(knows.fates ? ['what became of each'] : [])];
    console.log(
      `${name} (${type}): ${rate}, ${most} SMS a message at most; knows ${known.join(' and ') || 'nothing of earlier messages'}; ${uncertain}`,
    );
  }
  for (const { name, reports } of providers) {
    if (reports !== null) console.log(`${name} reports what became of messages to ${reports}`);
  }
  for (const { message, language, text, encoding, units, segments, left } of messages) {
    const alphabet = encoding === 'gsm7' ? 'GSM-7' : 'UCS-2';
    console.log(
      `\n${message}, ${language}: ${segments} SMS (${units} characters of ${alphabet}, ${left} left)\n  ${text}`,
    );
  }
}

/** Whether the provider reports over HTTP. */
function reporting(settings: ProviderSettings): boolean {
  return settings.type === 'esms' || (settings.type === 'http' && settings.reports !== undefined);
}

/** Every message of every purpose in every language. */
export async function samplesOf(purposes: readonly Purpose[], settings: TextSettings): Promise<Sized[]> {
  const all: Awaited<ReturnType<NonNullable<Purpose['samples']>>>[] = [];
  // One after the other, since they import much of the same.
  for (const { samples } of purposes) if (samples) all.push(await samples(settings));
  return [...readMessages(settings.messages).keys()].flatMap((language) =>
    all.flatMap((samples) => samples(language).map((each) => ({ ...each, language, ...segmentsOf(each.text) }))),
  );
}
