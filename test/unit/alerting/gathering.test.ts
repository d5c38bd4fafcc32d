import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { alertIdOf } from '../../../src/alerting/ids.js';
import { AlertingRig, CASE, Crash } from './rig.js';

const PHONE = '+84900000001';
const OTHER = 'case-2';
/** Three days after everybody's exposure: F1 stay at home until 22 instead of 19 August. */
const LATER = '2021-08-08T02:00:00Z';

async function rigThatGathers(): Promise<AlertingRig> {
  const rig = new AlertingRig();
  rig.gathers = true;
  rig.restart();
  for (const person of ['an', 'binh']) await rig.register(person, PHONE);
  for (const caseId of [CASE, OTHER]) await rig.confirm(caseId);
  return rig;
}

/** The message that waits: An is a contact of the first case. */
const waiting: Record<string, (rig: AlertingRig) => Promise<void>> = {
  'F2 of a case': (rig) => rig.trace({ an: 2 }),
  'F1 of a case': (rig) => rig.trace({ an: 1 }),
};

const meanwhile: Record<string, (rig: AlertingRig) => Promise<void>> = {
  'found as F1': (rig) => rig.trace({ an: 1 }),
  'F2 of another case': (rig) => rig.trace({ an: 2 }, OTHER),
  'F1 of another case, with a later last day': (rig) => rig.trace({ an: 1 }, OTHER, { an: LATER }),
  'another of the phone is F1 of another case': (rig) => rig.trace({ binh: 1 }, OTHER, { binh: LATER }),
  'another of the phone is F2 of another case': (rig) => rig.trace({ binh: 2 }, OTHER),
  'F2 of another case, and released from the first': async (rig) => {
    await rig.trace({ an: 2 }, OTHER);
    await rig.gather();
    await rig.trace({});
  },
  released: (rig) => rig.trace({}),
};

/** In the table's words: for whom and until when. */
function inWords(text: string): string {
  const degree = /\(F1\)|hoặc với F1/.test(text) ? 'F1' : 'F2';
  const count = /(\d+) người dùng số/.exec(text)?.[1];
  const day = /đến hết ngày (\d\d)/.exec(text)?.[1];
  return `${degree}${count ? ` to ${count}` : ''}${day ? ` until ${day}` : ''}`;
}

function readTable(): { change: string[]; rows: [string, string[]][] } {
  const block = readFileSync('docs/alerts.md', 'utf8')
    .split(/\n\n+/)
    .find((each) => each.startsWith('| what waits'));
  const cells = (block ?? '').split('\n').map((line) => line.split('|').slice(1, -1));
  const [[, ...change] = [], , ...rows] = cells.map((row) => row.map((cell) => cell.trim()));
  return { change, rows: rows.map(([state = '', ...rest]) => [state, rest]) };
}

const { change, rows } = readTable();

describe('A combined message for a phone', () => {
  it('is described by the table of the documentation', () => {
    expect([rows.map(([state]) => state), change]).toEqual([Object.keys(waiting), Object.keys(meanwhile)]);
  });

  describe.each(rows)('while a message waits for an %s', (state, cells) => {
    it.each(change.map((name, i): [string, string] => [name, cells[i] ?? '']))(
      'and meanwhile %s: %s',
      async (name, cell) => {
        const rig = await rigThatGathers();
        await waiting[state]?.(rig);
        await rig.gather();
        await meanwhile[name]?.(rig);
        await rig.gather();
        expect(rig.provider.messages).toEqual([]);
        await rig.drain();
        const told = rig.sentTo(PHONE).map(({ text }) => inWords(text));
        expect(told.join(', ') || 'nothing').toBe(cell);
      },
    );
  });

  it('is one message, and a case that arrives while it is being written gets another one', async () => {
    const rig = await rigThatGathers();
    await rig.trace({ an: 1 });
    await rig.gather();
    rig.before('send', alertIdOf(CASE, 'an', 0), async () => {
      await rig.trace({ binh: 1 }, OTHER);
      await rig.gather();
    });
    await rig.drain();
    expect(rig.sentTo(PHONE).map(({ text }) => inWords(text))).toEqual(['F1 until 19', 'F1 until 19']);
    expect(rig.alerts('binh', OTHER).map(({ status }) => status)).toEqual(['withdrawn', 'sent']);
  });

  it('is known to have covered both cases although no process survived to note that it was sent', async () => {
    const rig = await rigThatGathers();
    await rig.trace({ an: 1 });
    await rig.trace({ binh: 2 }, OTHER);
    await rig.gather();
    const first = rig
      .alerts('an')
      .concat(rig.alerts('binh', OTHER))
      .find(({ status }) => status === 'requested');
    rig.before('AlertSent', first?.request?.alertId ?? '', () => Promise.reject(new Crash('killed')));
    await rig.drain();
    expect(rig.sentTo(PHONE).map(({ text }) => inWords(text))).toEqual(['F1 to 2 until 19']);
    expect(rig.alert(first?.request?.alertId ?? '').saidOf).toHaveLength(1);
  });

  it('is taken back once, when nobody is a contact of either case any more', async () => {
    const rig = await rigThatGathers();
    await rig.trace({ an: 1 });
    await rig.trace({ binh: 1 }, OTHER);
    await rig.drain();
    expect(rig.sentTo(PHONE)).toHaveLength(1);
    await rig.retract();
    await rig.drain();
    expect(rig.sentTo(PHONE)).toHaveLength(1);
    await rig.retract(OTHER);
    await rig.drain();
    expect(rig.sentTo(PHONE).map(({ id }) => id.endsWith('-withdrawal'))).toEqual([false, true]);
  });
});
