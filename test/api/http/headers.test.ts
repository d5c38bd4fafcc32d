import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApi, type RunningApi } from '../../support/api.js';

/** The headers from before a library set them: none of them may be lost or become less strict. */
const ALWAYS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'x-permitted-cross-domain-policies': 'none',
};
const NOTHING = ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"];
const DOCS = [
  ...NOTHING,
  ...["script-src 'self'", "style-src 'self' 'unsafe-inline'", "img-src 'self' data:", "font-src 'self' data:"],
  "connect-src 'self'",
];

let api: RunningApi;
beforeAll(async () => void (api = await startApi()));
afterAll(() => api.app.close());

describe('Every answer of the API', () => {
  it.each([
    ['an answer', '/health/live', 200, NOTHING],
    ['a refusal', '/v1/nothing', 404, NOTHING],
    ['the page that describes the API', '/docs/', 200, DOCS],
  ])('is not cached and runs only our scripts: %s', async (_, path, status, policy) => {
    const answer = await fetch(`${api.url}${path}`);
    expect(answer.status).toBe(status);
    const headers = Object.fromEntries(answer.headers);
    expect(headers).toMatchObject(ALWAYS);
    const parts = (headers['content-security-policy'] ?? '').split(';').map((part) => part.trim());
    expect(parts.sort()).toEqual([...policy].sort());
    expect(headers).not.toHaveProperty('x-powered-by');
    // Only the proxy knows whether the host has TLS.
    expect(headers).not.toHaveProperty('strict-transport-security');
  });
});
