import type { Schema } from './fuzz-values.js';

/** The part of OpenAPI that is needed here. */
export interface ApiDocument {
  paths: Record<string, Record<string, Operation>>;
}

interface Operation {
  parameters?: { name: string; in: string; required?: boolean; description?: string; schema?: Schema }[];
  requestBody?: { content: Record<string, { schema?: Schema }> };
}

export interface Route extends Operation {
  method: string;
  path: string;
}

const YES_OR_NO: Schema = { type: 'string', enum: ['yes', 'no'] };
const ASKED = ['fever', 'cough', 'breathing', 'other', 'vaccinated', 'moved'];
const FORM: Schema = {
  type: 'object',
  properties: {
    ...Object.fromEntries(ASKED.map((field) => [field, YES_OR_NO])),
    ill: { type: 'integer', maximum: 3 },
    people: { type: 'integer', minimum: 1, maximum: 2 },
  },
  required: ASKED,
};
/** The format of reports, as configured for the test's provider. */
const REPORT: Schema = {
  type: 'object',
  properties: { id: { type: 'string' }, status: { type: 'string', enum: ['delivered', 'undelivered', 'on its way'] } },
  required: ['id', 'status'],
};

const PROVIDER_AND_TAG = ['provider', 'tag'].map((name) => ({ name, in: 'path' }));

/** Contacts' links and providers' reports are not for the readers of the document. */
const NOT_DOCUMENTED: Route[] = [
  { method: 'GET', path: '/a/{token}', parameters: [{ name: 'token', in: 'path' }] },
  {
    ...{ method: 'POST', path: '/a/{token}', parameters: [{ name: 'token', in: 'path' }] },
    requestBody: { content: { 'application/x-www-form-urlencoded': { schema: FORM } } },
  },
  { method: 'GET', path: '/r/{provider}/{tag}', parameters: PROVIDER_AND_TAG },
  {
    ...{ method: 'POST', path: '/r/{provider}/{tag}', parameters: PROVIDER_AND_TAG },
    requestBody: { content: { 'application/json': { schema: REPORT } } },
  },
];

export function routesOf(document: ApiDocument): Route[] {
  const documented = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ ...operation, method: method.toUpperCase(), path })),
  );
  return [...documented, ...NOT_DOCUMENTED];
}
