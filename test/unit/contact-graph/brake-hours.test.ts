import { expect, it } from '@jest/globals';
import { brake } from '../../../projections/brake.js';

it('The messages of an hour, by which the brake judges a day, include withdrawals, and none about what is over', async () => {
  const written: unknown[] = [];
  const tx = {
    run: (_: string, { hours }: { hours?: [unknown, unknown][] }) => {
      for (const [hour, messages] of hours ?? []) written.push([Number(hour), Number(messages)]);
      return Promise.resolve();
    },
  };
  const at = (hour: number, type: string, data: object = {}) => ({
    type,
    data,
    recordedAt: new Date(hour * 3_600_000),
  });
  const events = [
    ...[at(5, 'AlertRequested'), at(5, 'AlertRequested'), at(5, 'AlertFailed', { reason: 'too-late' })],
    ...[at(5, 'WithdrawalSent'), at(6, 'WithdrawalSent'), at(6, 'AlertFailed', { reason: 'refused' })],
  ];
  await brake.write({ tx, label: (name: string) => name } as never, events as never);
  expect(written).toEqual([
    [5, 2],
    [6, 1],
  ]);
});
