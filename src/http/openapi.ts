import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { problemType, type ProblemKind } from '../kernel/problem.js';
import type { MethodsOf } from './problem.js';

const problemSchema = (problems: readonly ProblemKind[]) => ({
  type: 'object' as const,
  required: ['type', 'title', 'status', 'detail'],
  properties: {
    type: {
      type: 'string' as const,
      description: 'Identifies the problem: `docs/problems.md` says for each what to do.',
      examples: problems.map(problemType),
    },
    title: { type: 'string' as const },
    status: { type: 'integer' as const },
    detail: { type: 'string' as const },
    fix: { type: 'string' as const, description: 'What to do about it.' },
    errors: {
      type: 'array' as const,
      items: {
        type: 'object' as const,
        required: ['field', 'reason', 'fix'],
        properties: {
          field: { type: 'string' as const },
          reason: { type: 'string' as const },
          fix: { type: 'string' as const },
        },
      },
    },
  },
});

/** The document of all the app's routes; every operation may answer with one of the problems. */
export function describeApi(app: INestApplication, problems: readonly ProblemKind[]): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('Truyvet')
    .setDescription('Contact tracing: facts in, contacts and alerts out. Errors are problems in the form of RFC 9457.')
    .setVersion('1')
    .addBearerAuth({ type: 'http', description: 'The service key, if one is set.' }, 'service-key')
    .addSecurityRequirements('service-key')
    .build();
  const document = SwaggerModule.createDocument(app, config);
  document.components = {
    ...document.components,
    schemas: { ...document.components?.schemas, Problem: problemSchema(problems) },
  };
  for (const path of Object.values(document.paths)) {
    for (const method of METHODS) {
      const operation = path[method];
      if (!operation) continue;
      const answer = (description: string) => ({ description, content: PROBLEM_CONTENT });
      if (method !== 'get') {
        operation.responses['410'] ??= answer('It is about a person who was erased: nothing more is recorded.');
      }
      operation.responses['503'] ??= answer('The event log or the contact graph does not answer at the moment.');
      operation.responses['default'] = answer('What is wrong, and what to do about it.');
    }
  }
  return document;
}

const PROBLEM_CONTENT = {
  'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
};
const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** Finds the methods that the document has for a path. */
export function methodsOf(document: OpenAPIObject): MethodsOf {
  const routes = Object.entries(document.paths).map(([path, item]) => ({
    pattern: new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, '[^/]+')}/?$`),
    methods: METHODS.filter((method) => item[method]).map((method) => method.toUpperCase()),
  }));
  return (path) => [...new Set(routes.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods))];
}
