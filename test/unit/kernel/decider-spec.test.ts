import { describe, expect, it } from '@jest/globals';
import type { Decider } from '../../../src/kernel/decider.js';
import { NOT_KNOWN, refused } from '../../../src/kernel/errors.js';
import { defineProblem } from '../../../src/kernel/problem.js';
import { given, refusal } from '../../support/decider-spec.js';

const TOO_MANY = defineProblem({ code: 'too-many', status: 422, title: 'Too many', says: 'It is full.', fix: 'Wait.' });
type Counted = { type: 'Counted'; by: number };
const counter: Decider<{ type: 'Count'; by: number }, Counted, number> = {
  initialState: 0,
  decide({ by }, total) {
    if (total + by > 3) return refused(TOO_MANY, 'there are three only');
    return by === 0 ? [] : [{ type: 'Counted', by }];
  },
  evolve: (total, { by }) => total + by,
};
const counted = (by: number): Counted => ({ type: 'Counted', by });
const count = (by: number) => ({ type: 'Count' as const, by });

describe('A rule written as given, when, then', () => {
  it('passes if the result is the expected one', () => {
    given(counter)(counted(1)).when(count(2)).then(counted(2));
    given(counter)(counted(1)).when(count(0)).then();
    given(counter).after(count(1), count(2)).when(count(1)).then(refusal(TOO_MANY, 'three only'));
    expect(given(counter)(counted(1), counted(1)).state).toBe(2);
  });

  it('fails with what was given, asked and expected', () => {
    const wrong = () => given(counter)(counted(1)).when(count(2)).then(counted(1));
    expect(wrong).toThrow(/^given Counted \{.*"by":1\}\nwhen Count \{.*"by":2\}\n\n/);
    expect(() => given(counter)().when(count(1)).then(refusal(TOO_MANY, 'three'))).toThrow(
      /^given nothing\nwhen Count/,
    );
    expect(() => given(counter)(counted(3)).when(count(1)).then(refusal(NOT_KNOWN))).toThrow(/not-known/);
    expect(() => given(counter)(counted(3)).when(count(1)).then()).toThrow(/there are three only/);
  });
});
