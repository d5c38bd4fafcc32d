import { describe, expect, it } from '@jest/globals';
import { personalNumberIn } from '../../../src/kernel/personal-numbers.js';
import { oneLine, printable } from '../../../src/kernel/text.js';
import { guardTerminal } from '../../../src/cli/terminal.js';

describe('A reason, which is stored in clear,', () => {
  it.each([
    'gọi 0912345678',
    'tầng 3, 0912 345 678 không nghe máy',
    'call +84 (0) 912-345-678',
    'số ٠٩١٢٣٤٥٦٧٨',
    'CCCD 001099012345',
    'cmnd 012345678',
    'cmnd 012 345 678.',
    '０９１２.345.678',
    'old number 0168 123 4567',
  ])('contains a number of a person: %s', (text) => {
    expect(personalNumberIn(text)).toBeDefined();
  });

  it.each([
    'the laboratory mixed up two tubes on 08.10.2021 at 12:30',
    'from 2021-08-10 09:30:00 to 2021-08-11 10:00:00, 1422 contacts',
    'case 4bf00a3b-51f2-4c9b-8609-112345678901',
    'hotline 1900 9095',
    'decision 5053/QĐ-BYT of 10/11/2020, 90 % of 1,018 contacts',
    '12345678 contacts',
  ])('contains none: %s', (text) => {
    expect(personalNumberIn(text)).toBeUndefined();
  });
});

describe('Printed text', () => {
  it('shows control sequences of terminals escaped, and leaves the rest as it is', () => {
    expect(printable('An\u001B[2J\u0007 \u202Etxt\u009B1m\r')).toBe('An\\u001b[2J\\u0007 \\u202etxt\\u009b1m\\u000d');
    expect(printable('Nguyễn An\n  F1 علی\u200Cرضا')).toBe('Nguyễn An\n  F1 علی\u200Cرضا');
  });

  it('begins no new line if it was kept on one', () => {
    expect(oneLine('typing error\nApproved by: the minister')).toBe('typing error\\u000aApproved by: the minister');
  });

  it('stays JSON if it was JSON', () => {
    const note = 'a\u009B2J\u202Eb\u007F';
    expect(JSON.parse(printable(JSON.stringify({ note })))).toEqual({ note });
  });

  it('is the same whichever way a command prints', () => {
    const lines: unknown[] = [];
    const print = (...values: unknown[]) => void lines.push(...values);
    const printer = { log: print, error: print, warn: print, info: print };
    guardTerminal(printer);

    printer.log('by An\u001B[1A', { kept: true });
    printer.error('\u001B]0;title\u0007');
    expect(lines).toEqual(['by An\\u001b[1A', '{ kept: true }', '\\u001b]0;title\\u0007']);
  });
});
