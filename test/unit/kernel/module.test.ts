import { expect, it } from '@jest/globals';
import { defineModule } from '../../../src/kernel/module.js';

it('A module contains nothing that the program does not know: a misspelt key in a manifest does not compile', () => {
  const known = defineModule({ name: 'doors', components: async () => ({ streams: [], purposes: [] }) });
  // @ts-expect-error no module has a question
  const asked = defineModule({ name: 'doors', question: [] });
  // @ts-expect-error its parts have purposes, and no purpose
  const sent = defineModule({ name: 'doors', components: async () => ({ streams: [], purpose: [] }) });
  expect([known, asked, sent].map(({ name }) => name)).toEqual(['doors', 'doors', 'doors']);
});
