import { describe, expect, it } from '@jest/globals';
import { sendByPurpose } from '../../../src/delivery/message-jobs.js';
import { type MessageJob, Purposes } from '../../../src/delivery/purposes.js';
import { Worker, type WorkerBase } from '../../../src/work/worker.js';
import { routeOf } from '../../support/routes.js';
import { RememberingProvider } from '../alerting/remembering-provider.js';

const route = routeOf(new RememberingProvider());

/** Jobs of two modules in a provider's queue. */
function sending() {
  const done: string[] = [];
  let opened = 0;
  const purpose = (name: string) => ({
    name,
    reported: async () => {},
    handler: async () => {
      opened++;
      return { send: async ({ about }: MessageJob & { about: string }) => void done.push(`${name} of ${about}`) };
    },
  });
  const purposes = new Purposes([
    purpose('invitation'),
    purpose('result'),
    { name: 'notice', reported: async () => {} },
  ]);
  const send = sendByPurpose(purposes, new Worker({} as WorkerBase));
  const of = (name: string, about: string) => send({ purpose: name, ...{ about } }, route);
  return { of, send, done, opened: () => opened };
}

describe('A message that waits for a provider', () => {
  it('is sent by the module that registered its purpose, which is opened once', async () => {
    const { of, done, opened } = sending();
    await of('invitation', 'An');
    await of('result', 'Binh');
    await of('invitation', 'Chi');
    expect(done).toEqual(['invitation of An', 'result of Binh', 'invitation of Chi']);
    expect(opened()).toBe(2);
  });

  it('is retried, and not lost, if this program does not know its purpose, or who sends it', async () => {
    const { of } = sending();
    await expect(of('vaccination', 'An')).rejects.toThrow('no module sends messages as vaccination');
    await expect(of('notice', 'An')).rejects.toThrow('no module sends messages queued as notice');
  });

  it('is left to the sweep, if an earlier version queued it without a purpose', async () => {
    const { send, done } = sending();
    await send({}, route);
    expect(done).toEqual([]);
  });
});
