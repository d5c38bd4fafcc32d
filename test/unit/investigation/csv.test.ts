import { describe, expect, it } from '@jest/globals';
import { csvLine } from '../../../src/intake/csv-cells.js';

describe('A list as CSV', () => {
  it('quotes cells with commas, quotes and line breaks', () => {
    expect(csvLine(['a,b', 'say "x"', 'two\nlines', 3, null])).toBe('"a,b","say ""x""","two\nlines",3,');
  });

  it('contains nothing that a spreadsheet would run', () => {
    expect(csvLine(['=1+2', '@SUM(A1)', '-A1', '+1', '\t=1'])).toBe("'=1+2,'@SUM(A1),'-A1,'+1,'\t=1");
    // Even after a blank, and with the full-width characters that spreadsheets accept as well.
    expect(csvLine([' =1+2', '\uff1d1+2'])).toBe("' =1+2,'\uff1d1+2");
  });
});
