// Bundles everything that the command line loads, dependencies included, into a few files in dist/command: a command
// that reads a thousand files before it begins takes twice as long to begin.
import { build } from 'vite';

/**
 * Packages that are not bundled: they have native parts or files of their own, or must exist only once for all of Nest.
 */
const APART = [
  /^@nestjs\//,
  /^@bull-board\//,
  /^@peculiar\//,
  /^(lmdb|msgpackr-extract|pino|pino-pretty|reflect-metadata)(\/|$)/,
];

await build({
  configFile: false,
  logLevel: 'warn',
  ssr: { noExternal: true },
  build: {
    ssr: 'dist/src/entrypoints/cli.js',
    outDir: 'dist/command',
    emptyOutDir: true,
    target: 'node20',
    minify: false,
    rolldownOptions: {
      external: APART,
      output: {
        chunkFileNames: '[name]-[hash].js',
        comments: { legal: true, annotation: false, jsdoc: false },
        // Pure ASCII text is read twice as fast. Errors name functions and lines as they are written.
        minify: { compress: false, mangle: false, codegen: { removeWhitespace: false, asciiOnly: true } },
      },
    },
  },
});
