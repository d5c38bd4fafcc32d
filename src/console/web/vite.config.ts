import { defineConfig } from 'vite';

/** Builds the console's page into the folder that the API serves at /console/. */
export default defineConfig({
  root: import.meta.dirname,
  base: '/console/',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: { outDir: '../../../dist/console', emptyOutDir: true, modulePreload: { polyfill: false } },
  // For development, with the API running beside it.
  server: { proxy: { '/v1': 'http://127.0.0.1:7810', '/queues': 'http://127.0.0.1:7810' } },
});
