import type { OperationEvent } from '../../../src/delivery/events.js';
import { describe, expect, it } from '@jest/globals';
import { operatorOrdersDecider, type OperatorCommand } from '../../../src/delivery/operator-orders.js';
import { given } from '../../support/decider-spec.js';

const said = { reason: 'wrong text' };
const pause = (provider: string | null): OperatorCommand => ({ type: 'Pause', provider, ...said });
const resume = (provider: string | null): OperatorCommand => ({ type: 'Resume', provider, ...said });
const paused = (provider: string | null): OperationEvent => ({ type: 'AlertingPaused', data: { provider, ...said } });
const resumed = (provider: string | null): OperationEvent => ({ type: 'AlertingResumed', data: { provider, ...said } });
const order = (alerts: number) => ({
  ...{ alerts, caseId: null, failedAs: ['refused' as const], provider: null, ...said },
});

describe("The state of alerting by operators' orders", () => {
  it.each<[string, OperationEvent[], OperatorCommand, OperationEvent[]]>([
    ['given nothing, when all is paused, then it is', [], pause(null), [paused(null)]],
    ['given all is paused, when it is paused again, then nothing', [paused(null)], pause(null), []],
    ['given nothing, when all is resumed, then nothing', [], resume(null), []],
    ['given all is paused, when it is resumed, then it goes on', [paused(null)], resume(null), [resumed(null)]],
    [
      'given it goes on, when it is paused again, then it is',
      [paused(null), resumed(null)],
      pause(null),
      [paused(null)],
    ],
    ['given all is paused, when one is paused beside it, then it is', [paused(null)], pause('a'), [paused('a')]],
    ['given one is paused, when another is, then it is', [paused('a')], pause('b'), [paused('b')]],
    ['given one is paused, when it is paused again, then nothing', [paused('a')], pause('a'), []],
    ['given one is paused, when another is resumed, then nothing', [paused('a')], resume('b'), []],
    ['given nothing, when none was found to replay, then nothing', [], { type: 'OrderReplay', data: order(0) }, []],
    [
      'given nothing, when some are replayed, then it is noted',
      [],
      { type: 'OrderReplay', data: order(3) },
      [{ type: 'AlertReplayOrdered', data: order(3) }],
    ],
  ])('%s', (_, history, command, then) => {
    given(operatorOrdersDecider)(...history)
      .when(command)
      .then(...then);
  });

  it('keeps a provider paused that was paused separately, when all others continue', () => {
    const { state } = given(operatorOrdersDecider)(paused('a'), paused(null), resumed(null));
    expect(state.all).toBeNull();
    expect([...state.providers.keys()]).toEqual(['a']);
  });
});
