import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext } from 'playwright-core';

/** The usual paths of Chromium; playwright-core does not include a browser. */
const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
export const browserPath = PLACES.find((path) => existsSync(path));
/** The reason for skipping tests without a browser. */
export const BROWSER_MISSING = 'skipped: install Chromium with apt-get install -y chromium';

const QUIET = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

/** A browser without stored data. */
export async function openBrowser(
  options: { password?: string } = {},
): Promise<{ context: BrowserContext; close(): Promise<void> }> {
  if (!browserPath) throw new Error(BROWSER_MISSING);
  const folder = mkdtempSync(join(tmpdir(), 'truyvet-browser-'));
  const { password } = options;
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: browserPath,
    args: QUIET,
    locale: 'en-GB',
    viewport: { width: 1280, height: 900 },
    ...(password !== undefined && { httpCredentials: { username: 'operator', password } }),
  });
  return {
    context,
    close: async () => {
      await context.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
