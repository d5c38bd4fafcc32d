import { describe, expect, it } from '@jest/globals';
import { CaseViews } from '../../../src/alerting/case-views.js';
import type { EventStore } from '../../../src/event-log/event-store.js';
import { alertIdOf } from '../../../src/alerting/ids.js';
import { exchangeable } from '../../support/exchangeable-log.js';
import { AlertingRig, CASE, Crash } from './rig.js';

const PHONE = '+84900000001';
const an = alertIdOf(CASE, 'an', 0);
const binh = alertIdOf(CASE, 'binh', 0);

/** Two contacts on one phone; An's message is in progress or was sent. */
async function family(): Promise<AlertingRig> {
  const rig = new AlertingRig();
  await rig.register('an', PHONE);
  await rig.register('binh', PHONE);
  await rig.confirm();
  await rig.trace({ an: 1, binh: 2 });
  return rig;
}

async function planAll(rig: AlertingRig): Promise<void> {
  await rig.react();
  await rig.run(rig.queued('plan'));
  await rig.react();
}

describe('alerts when two things happen at the same time', () => {
  it('inform people who came to rely on an alert at the moment in which it was withdrawn', async () => {
    const rig = await family();
    await planAll(rig);
    rig.before('AlertSent', an, () => Promise.reject(new Crash()));
    rig.before('send', an, () => Promise.reject(new Crash()));
    await rig.run([`${an}-0`]);
    rig.before('AlertCovered', binh, async () => {
      await rig.trace({ binh: 2 });
      await planAll(rig);
      await rig.run(rig.queued('send').filter((id) => id.startsWith(an)));
    });
    await rig.run([`${binh}-0`]);
    expect(rig.alert(an).status).toBe('withdrawn');
    expect(rig.alerts('binh').map(({ status }) => status)).toEqual(['covered']);
    await rig.drain();
    expect(rig.alerts('binh').map(({ status }) => status)).toEqual(['withdrawn', 'sent']);
    expect(rig.sentTo(PHONE)).toHaveLength(1);
  });

  it('rely on no alert that was withdrawn after it was joined', async () => {
    const rig = await family();
    await planAll(rig);
    rig.before('send', an, () => Promise.reject(new Crash()));
    await rig.run([`${an}-0`]);
    rig.before('AlertCovered', binh, () => Promise.reject(new Crash()));
    await rig.run([`${binh}-0`]);
    await rig.trace({ binh: 2 });
    await planAll(rig);
    await rig.drain();
    expect(rig.eventsOf(binh)).toEqual(['AlertRequested', 'AlertSent']);
  });

  it('take back a message that was sent while its alert was being withdrawn', async () => {
    const rig = await family();
    await planAll(rig);
    rig.before('AlertSent', an, async () => {
      await rig.trace({});
      await planAll(rig);
      await rig.run(rig.queued('send').filter((id) => id !== `${an}-0`));
    });
    await rig.run([`${an}-0`]);
    await rig.drain();
    expect(rig.sentTo(PHONE).map(({ id }) => id)).toEqual([an, `${an}-withdrawal`]);
  });

  it('take back a held message although its last reason disappeared at the moment in which it was held', async () => {
    const rig = await family();
    await rig.drain();
    rig.before('WithdrawalHeld', an, async () => {
      await rig.trace({});
      await planAll(rig);
      await rig.run(rig.queued('send').filter((id) => id.startsWith(binh)));
    });
    await rig.trace({ binh: 2 });
    await rig.drain();
    expect(rig.sentTo(PHONE).map(({ id }) => id)).toEqual([an, `${an}-withdrawal`]);
  });

  it('inform again a person who came back at the moment in which the withdrawal was sent', async () => {
    const rig = await family();
    await rig.drain();
    rig.before('AlertWithdrawn', binh, () => Promise.reject(new Crash()));
    rig.before('send', `${an}-withdrawal`, async () => {
      await rig.trace({ binh: 2 });
      await planAll(rig);
    });
    await rig.trace({});
    await planAll(rig);
    await rig.run(rig.queued('send'));
    await rig.drain();
    expect(rig.sentTo(PHONE).map(({ id }) => id)).toEqual([an, `${an}-withdrawal`, alertIdOf(CASE, 'binh', 1)]);
  });

  it('send nothing to a person who comes back before the message was taken back, and take it back once', async () => {
    const rig = await family();
    await rig.drain();
    await rig.trace({ binh: 2 });
    await rig.drain();
    // The phone's message is true again, for the time being.
    await rig.trace({ an: 1, binh: 2 });
    await rig.drain();
    expect(rig.sentTo(PHONE).map(({ id }) => id)).toEqual([an]);
    await rig.trace({});
    await rig.drain();
    expect(rig.sentTo(PHONE).map(({ id }) => id)).toEqual([an, `${an}-withdrawal`]);
  });

  it('say that a withdrawal failed if the number is refused by then, and stop asking', async () => {
    const rig = await family();
    await rig.drain();
    rig.provider.refusing.add(PHONE);
    await rig.trace({});
    await rig.drain();
    expect(rig.alert(an).withdrawal).toBe('failed');
  });

  it('ask for a visit to a person who was erased, and cannot take back an earlier message', async () => {
    const rig = await family();
    await rig.drain();
    rig.store.erase('key-an');
    rig.forgetKeys();
    await rig.trace({});
    await rig.drain();
    expect(rig.alert(an).withdrawal).toBe('failed');
    await rig.trace({ an: 1 });
    await rig.drain();
    expect(rig.alerts('an').at(-1)).toMatchObject({ status: 'failed', failure: 'no-phone' });
  });
});

describe('the views of cases', () => {
  it('show the state at the moment of the request, even while an older read is in progress', async () => {
    const rig = await family();
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let reads = 0;
    const store: EventStore = {
      append: (...given) => rig.store.append(...given),
      isBehind: (position, types) => rig.store.isBehind(position, types),
      follow: (options) => rig.store.follow(options),
      close: () => Promise.resolve(),
      read: async function* (stream, from) {
        reads++;
        const found = [];
        for await (const event of rig.store.read(stream, from)) found.push(event);
        await held;
        yield* found;
      },
    };
    const views = new CaseViews(store);
    const first = views.fresh(CASE);
    while (reads === 0) await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    await rig.trace({ binh: 2 });
    const later = [views.fresh(CASE), views.fresh(CASE), views.fresh(CASE)];
    release();
    await first;
    for (const view of await Promise.all(later)) expect(view.contact('an')).toBeUndefined();
    expect(reads).toBe(2);
  });

  it('are read again if the log is another one', async () => {
    const [one, other] = [await family(), await family()];
    await one.trace({ binh: 2 });
    await other.retract();
    const { log, put } = exchangeable(one.store);
    const views = new CaseViews(log);
    expect((await views.fresh(CASE)).contact('binh')?.degree).toBe(2);
    put(other.store);
    expect(await views.fresh(CASE)).toMatchObject({ live: false });
    await other.confirm();
    await other.trace({ chi: 1 });
    expect([...(await views.fresh(CASE)).list.contacts.keys()]).toEqual(['chi']);
  });

  it('are read again after those of other cases took their place', async () => {
    const rig = await family();
    await rig.confirm('case-2');
    await rig.trace({ an: 2 }, 'case-2');
    const views = new CaseViews(rig.store, 1);
    const first = await views.fresh(CASE);
    await views.fresh('case-2');
    const again = await views.fresh(CASE);
    expect(again).not.toBe(first);
    expect(again.contact('binh')?.degree).toBe(2);
  });
});
