import { defineConfig } from 'vite';

/** The console's page, into what the API serves at /console/. */
export default defineConfig({
  root: import.meta.dirname,
  base: '/console/',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: { outDir: '../../../dist/console', emptyOutDir: true, modulePreload: { polyfill: false } },
  // Of a page under development; the API runs beside it.
  server: { proxy: { '/v1': 'http://127.0.0.1:7810', '/queues': 'http://127.0.0.1:7810' } },
});
