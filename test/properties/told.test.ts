import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { merge } from '../../src/people/merge.js';
import { caseIdOf } from '../../src/cases/ids.js';
import { AlertingRig, AT, MERGE_HOURS } from '../unit/alerting/rig.js';

const PHONE = '+84900000001';
const LANDLINE = '+842838295555';
const OTHER = 'case-2';
/** A case of An. */
const OWN = caseIdOf('an', 'covid-19', 0);
const DAY = 86_400_000;
/** Three days after everybody's exposure. */
const LATER = '2021-08-08T02:00:00Z';
/** Three days before everybody's exposure. */
const EARLIER = '2021-08-02T02:00:00Z';
type Degrees = Record<string, 1 | 2>;

/** Brings An's alert into a state. Returns the other contacts at that time. */
const states: Record<string, (rig: AlertingRig) => Promise<Degrees>> = {
  none: async (rig) => {
    await rig.register('an', PHONE);
    return {};
  },
  'requested for an F2, and not gone yet': async (rig) => {
    await rig.register('an', PHONE);
    await requested(rig);
    return {};
  },
  'sent to an F2': async (rig) => {
    await rig.register('an', PHONE);
    await found(rig, { an: 2 });
    return {};
  },
  'sent to an F1': async (rig) => {
    await rig.register('an', PHONE);
    await found(rig, { an: 1 });
    return {};
  },
  'covered: the message to another F2 of the phone covered both': async (rig) => {
    await family(rig);
    await found(rig, { binh: 2, an: 2 });
    expect(rig.alerts('an').map(({ status }) => status)).toEqual(['covered']);
    return { binh: 2 };
  },
  'failed, without a phone': async (rig) => {
    await rig.register('an', null);
    await found(rig, { an: 2 });
    return {};
  },
  'failed, since the number cannot receive SMS': async (rig) => {
    await rig.register('an', LANDLINE);
    await found(rig, { an: 2 });
    expect(rig.alerts('an').map(({ failure }) => failure)).toEqual(['no-sms']);
    return {};
  },
  'failed, since the advice was over': async (rig) => {
    await rig.register('an', PHONE);
    rig.now = Date.parse(AT) + 15 * DAY;
    await found(rig, { an: 2 });
    expect(rig.alerts('an').map(({ failure }) => failure)).toEqual(['too-late']);
    return {};
  },
  'failed, since the person is a case': async (rig) => {
    await rig.register('an', PHONE);
    await rig.confirm(OWN, 'an');
    await found(rig, { an: 2 });
    expect(rig.alerts('an').map(({ failure }) => failure)).toEqual(['is-a-case']);
    return {};
  },
  'failed for an F1, since the phone had all the messages of the day': async (rig) => {
    await rig.register('an', PHONE);
    rig.phoneDaily = 1;
    rig.restart();
    await found(rig, { an: 2 });
    await found(rig, { an: 1 });
    expect(rig.alerts('an').map(({ failure }) => failure)).toEqual([null, 'bound']);
    return {};
  },
  'failed, since nobody knows whether the message was sent': async (rig) => {
    await rig.register('an', PHONE);
    Object.assign(rig.provider.knows, { repeats: false, fates: false });
    rig.provider.loses = 'sent';
    await found(rig, { an: 2 });
    expect(rig.alerts('an').map(({ failure }) => failure)).toEqual(['uncertain']);
    return {};
  },
  'withdrawn before it was sent': async (rig) => {
    await rig.register('an', PHONE);
    await requested(rig);
    await found(rig, {});
    return {};
  },
  'withdrawn, and still valid for another F2 of the phone': async (rig) => {
    await family(rig);
    await found(rig, { an: 2, binh: 2 });
    await found(rig, { binh: 2 });
    expect(rig.alerts('an').map(({ withdrawal }) => withdrawal)).toEqual(['held']);
    return { binh: 2 };
  },
  'withdrawn and taken back': async (rig) => {
    await rig.register('an', PHONE);
    await found(rig, { an: 2 });
    await found(rig, {});
    return {};
  },
};

const changes: Record<string, (rig: AlertingRig, others: Degrees) => Promise<void>> = {
  'found as F2': (rig, others) => rig.trace({ ...others, an: 2 }),
  'found as F1': (rig, others) => rig.trace({ ...others, an: 1 }),
  'exposed again, with a later last day': (rig, others) => {
    const degree = rig.contacts.get('case-1')?.get('an') ?? 2;
    return rig.trace({ ...others, an: degree }, 'case-1', { an: LATER });
  },
  'exposed again, on the same day': (rig, others) => {
    const degree = rig.contacts.get('case-1')?.get('an') ?? 2;
    rig.contacts.get('case-1')?.delete('an');
    return rig.trace({ ...others, an: degree });
  },
  released: (rig, others) => rig.trace(others),
  'case retracted': (rig) => rig.retract(),
  'merged into another record': async (rig, others) => {
    const degree = rig.contacts.get('case-1')?.get('an') ?? 2;
    await rig.register('an of the register', '+84900000009');
    await merge(rig.store, 'an', 'an of the register', { source: 'test' });
    await rig.trace({ ...others, 'an of the register': degree });
  },
  'is a case, and released': async (rig, others) => {
    await rig.confirm(OWN, 'an');
    await rig.trace(others);
  },
  'own case is retracted': async (rig) => {
    await rig.confirm(OWN, 'an');
    await rig.drain();
    await rig.retract(OWN);
  },
  'next morning': async (rig) => {
    rig.now += DAY;
    await rig.sweep();
  },
  'gets another phone': (rig) => rig.register('an', '+84900000008'),
  'F2 of another case soon': (rig) => another(rig, { an: 2 }),
  'F1 of another case soon': (rig) => another(rig, { an: 1 }),
  'F1 of another case soon, with a later last day': (rig) => another(rig, { an: 1 }, { an: LATER }),
  'F2 of another case later': (rig) => {
    rig.now += MERGE_HOURS * 3_600_000 + 60_000;
    return another(rig, { an: 2 });
  },
  'F1 of another case later, with an earlier last day': (rig) => {
    rig.now += MERGE_HOURS * 3_600_000 + 60_000;
    return another(rig, { an: 1 }, { an: EARLIER });
  },
};

const requested = async (rig: AlertingRig) => {
  await rig.trace({ an: 2 });
  await rig.react();
  await rig.run(rig.queued('plan'));
};
const found = async (rig: AlertingRig, contacts: Degrees) => {
  await rig.trace(contacts);
  await rig.drain();
};
const family = async (rig: AlertingRig) => {
  await rig.register('an', PHONE);
  await rig.register('binh', PHONE);
};
const another = async (rig: AlertingRig, contacts: Degrees, last?: Record<string, string>) => {
  await rig.confirm(OTHER);
  await rig.trace(contacts, OTHER, last);
};

/** The table of docs/alerts.md: which message is sent, by state and change. */
function readTable(): { change: string[]; rows: [string, string[]][] } {
  const lines = readFileSync('docs/alerts.md', 'utf8')
    .split(/\n\n+/)
    .find((block) => block.startsWith('| the alert was'))
    ?.split('\n')
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  const [[, ...change] = [], , ...rows] = lines ?? [];
  return { change, rows: rows.map(([state = '', ...cells]) => [state, cells]) };
}

/** The message in the table's words. */
const toldBy = ({ id, text }: { id: string; text: string }) =>
  id.endsWith('-withdrawal') ? 'taken back' : /\(F1\)|hoặc với F1/.test(text) ? 'told F1' : 'told F2';

const { change, rows } = readTable();

describe('A message, by the table in the documentation,', () => {
  it('covers every state and every change', () => {
    expect(rows.map(([state]) => state)).toEqual(Object.keys(states));
    expect(change).toEqual(Object.keys(changes));
  });

  describe.each(rows)('after an alert that was %s', (state, cells) => {
    it.each(change.map((name, i): [string, string] => [name, cells[i] ?? '']))('when %s: %s', async (name, cell) => {
      if (cell === '-') return expect(cell).toBe('-');
      const rig = new AlertingRig();
      await rig.confirm();
      const others = (await states[state]?.(rig)) ?? {};
      const before = rig.provider.messages.length;
      await changes[name]?.(rig, others);
      await rig.drain();
      const told = rig.provider.messages.slice(before).map(toldBy);
      expect(told.length === 0 ? 'nothing' : told.join(', ')).toBe(cell);
    });
  });
});
