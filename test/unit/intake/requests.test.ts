import { describe, expect, it } from '@jest/globals';
import type { Request } from 'express';
import { originOf } from '../../../src/http/requests.js';

const correlationOf = (id: string | undefined) =>
  originOf({ get: (name: string) => (name === 'x-request-id' ? id : undefined) } as Request).provenance.correlationId;

describe('The id of a request', () => {
  it.each(['4bf92f35-77b3', 'gateway:7.1_a', 'x'.repeat(100)])('is kept as it is given: %s', (id) => {
    expect(correlationOf(id)).toBe(id);
  });

  it.each([undefined, '', 'Nguyễn An', 'a b', '<script>', 'x'.repeat(101)])('is generated for %j', (id) => {
    expect(correlationOf(id)).toMatch(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });
});
