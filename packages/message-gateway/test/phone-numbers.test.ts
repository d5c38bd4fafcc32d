import { describe, expect, it } from '@jest/globals';
import { takesSms } from '../src/phone-numbers.js';

describe('A number can receive SMS', () => {
  it.each(['+84912345678', '+84838295555', '+12025550143', '+447700900123'])(
    'if it is or may be a mobile: %s',
    (phone) => {
      expect(takesSms(phone)).toBe(true);
    },
  );

  it.each([
    ['a landline in Ho Chi Minh City', '+842838295555'],
    ['a landline in Hanoi', '+842438255599'],
    ['a hotline', '+8419009095'],
    ['a free service', '+841800123456'],
    ['a landline in London', '+442079460000'],
  ])('but not if it is %s', (_what, phone) => {
    expect(takesSms(phone)).toBe(false);
  });
});
