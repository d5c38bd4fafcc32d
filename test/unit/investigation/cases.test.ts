import { describe, expect, it } from '@jest/globals';
import { caseOf } from '../../../src/investigation/cases.js';

/** A graph without cases that knows binh. */
const graph = {
  caseById: () => Promise.resolve(undefined),
  casesOf: () => Promise.resolve([]),
  knowsPerson: (id: string) => Promise.resolve(id === 'binh'),
};

describe('A person whose case is asked for', () => {
  it('and who is unknown is not considered healthy', async () => {
    await expect(caseOf(graph, { person: 'bin' })).rejects.toMatchObject({
      message: 'The person bin is not known.',
      fix: expect.stringContaining('not the answer for a healthy person'),
    });
  });

  it('and who is known without a case has no case, of any disease or of the requested one', async () => {
    await expect(caseOf(graph, { person: 'binh' })).rejects.toThrow('binh is not known to be a case.');
    const measles = { person: 'binh', disease: 'measles' };
    await expect(caseOf(graph, measles)).rejects.toThrow('binh is not known to be a case of measles.');
  });
});
