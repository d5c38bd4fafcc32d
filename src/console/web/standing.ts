import { FAILED } from '../../alerting/words.js';
import type { Overview } from './api.js';
import type { Say } from './i18n.js';

interface Sending {
  /** Shown as green, amber or red. */
  state: 'fine' | 'paused' | 'away';
  says: string;
}

/** The overall state of sending, and how many messages only went to a file; any such message makes the state red. */
export function standingOf(now: Overview, say: Say): Sending & { inFile: number } {
  const inFile = now.failed[FAILED.file] ?? 0;
  if (now.paused) return { state: 'paused', says: say('allPaused'), inFile };
  const { state, says } = sendingOf(now, say);
  return { state: inFile > 0 ? 'away' : state, says, inFile };
}

function sendingOf({ clock_doubt, worker, reaches_people, providers }: Overview, say: Say): Sending {
  if (clock_doubt !== null) return { state: 'away', says: say('heldByClock') };
  if (!worker) return { state: 'away', says: say('noWorker') };
  if (!reaches_people) return { state: 'away', says: say('nobody') };
  const those = (state: Overview['providers'][number]['state']) =>
    providers.filter((each) => each.state === state).map(({ provider }) => provider);
  // A provider is only fine once it has accepted a message.
  if (those('fine').length > 0) return { state: 'fine', says: say('sending') };
  const untried = those('untried');
  if (untried.length > 0) return { state: 'paused', says: `${say('untriedYet')}: ${untried.join(', ')}` };
  return { state: those('failing').length > 0 ? 'away' : 'paused', says: say('noneTakes') };
}
