import { openProvider } from '@truyvet/message-gateway/open';
import { knowsOf, type ProviderSettings, readProviders, type Segments, segmentsOf } from '@truyvet/message-gateway';
import { Texts } from '../alerting/texts.js';
import type { Language } from '../people/events.js';
import { openMasterKey } from '../event-log/master-key.js';
import { sayWhereNobodyGetsThem } from '../delivery/reaches-people.js';
import { readConfig } from '../platform/config.js';

interface Sample extends Segments {
  message: string;
  language: Language;
  text: string;
}

const ALERT = '00000000-0000-5000-8000-000000000000';
const AT = '2021-08-05T02:00:00Z';
/** As long as the texts become. */
const STAY = { days: 14, until: null };

/**
 * Prints the providers as they are configured and every message as it would go, for the command line.
 * @throws UserError naming every wrong field, or a secret that is not set.
 */
export function showProviders({ json = false }: { json?: boolean }): void {
  const config = readConfig();
  const settings = readProviders(config.providers);
  const master = openMasterKey(config);
  const providers = settings.map((each) => {
    // Opening one finds out whether its secrets are there; it connects only when it has something to send.
    if (each.type !== 'outbox') void openProvider(each, { ...config, env: process.env }).close();
    const { name, type, perSecond = null, whenUncertain, maxSegments } = each;
    const reports = reporting(each) ? `${config.publicUrl ?? ''}/r/${name}/${master.reportTag(name)}` : null;
    return { name, type, perSecond, whenUncertain, maxSegments, knows: knowsOf(each), reports };
  });
  const messages = samples(new Texts(config));
  if (json) {
    console.log(JSON.stringify({ providers, messages }, undefined, 2));
    return;
  }
  sayWhereNobodyGetsThem(config);
  for (const { name, type, perSecond, whenUncertain, maxSegments, knows } of providers) {
    const rate = perSecond === null ? 'no limit' : `${perSecond} a second`;
    const known = [...(knows.repeats ? ['repeats'] : []), ...(knows.fates ? ['what became of each'] : [])];
    console.log(
      `${name} (${type}): ${rate}, ${maxSegments} SMS a message at most; knows ${known.join(' and ') || 'nothing of earlier messages'}; ${whenUncertain}`,
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

/** Whether it reports over HTTP. */
function reporting(settings: ProviderSettings): boolean {
  return settings.type === 'esms' || (settings.type === 'http' && settings.reports !== undefined);
}

/** Every kind of message in every language. */
export function samples(texts: Texts): Sample[] {
  const request = { alertId: ALERT, caseId: 'case', personId: 'person', disease: 'covid-19', degree: 1, sequence: 0 };
  const common = { personId: 'person', minutes: 20, meetings: [], via: [], lastExposureAt: AT, shared: [] };
  const contact = (degree: number) => ({ ...common, degree, firstExposureAt: AT });
  return texts.languages.flatMap((language) => {
    const alerts = [1, 2, 3].flatMap((degree) =>
      [1, 3].map((count) => ({
        message: `to an F${degree}${count > 1 ? `, for ${count} people of one phone` : ''}`,
        text: texts.alert({ request, contact: contact(degree), group: { count, degree }, language, stay: STAY }),
      })),
    );
    const takenBack = { message: 'to take back what was said', text: texts.withdrawal({ request, language }) };
    const reminders = [
      { what: 'of a test', tests: 1, lastDays: 0 },
      { what: 'of the last day of follow-up', tests: 0, lastDays: 1 },
      { what: 'of both, for 3 people of one phone', tests: 3, lastDays: 3 },
    ].map(({ what, ...due }) => ({
      message: `to remind ${what}`,
      text: texts.reminder({ alertId: ALERT, disease: request.disease, language, ...due }),
    }));
    return [...alerts, takenBack, ...reminders].map((each) => ({ ...each, language, ...segmentsOf(each.text) }));
  });
}
