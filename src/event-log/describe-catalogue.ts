import { z } from 'zod';
import type { StreamFamily } from '../kernel/stream.js';

interface JsonSchema {
  type?: string | string[];
  format?: string;
  pattern?: string;
  enum?: unknown[];
  const?: unknown;
  anyOf?: JsonSchema[];
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  required?: string[];
}

/** The page `docs/events.md`: every type of event, by stream, with its fields from the schemas. */
export function describeCatalogue(families: readonly StreamFamily[]): string {
  const lines = [
    '# Events',
    '',
    'Generated from the definitions in the modules (`events.ts` of each); a test fails if it differs from the code',
    '(`UPDATE_DOCS=1 npm run test:unit` updates it).',
    '',
    'Every event has metadata besides its data: `source` (the system that reported it), `v` (version of its schema),',
    '`$actor` if a person did it (`who`, `as` what, `through` which interface), `$correlationId` and `$causationId` if',
    "it follows from something, and `laboratory` if the source has a laboratory's right. The log keeps when an event was",
    'recorded; its fields say when it happened. Instants are UTC in whole seconds, such as `2021-08-01T09:30:00Z`.',
  ];
  for (const { pattern, events } of families) {
    lines.push('', `## \`${pattern}\``);
    for (const { type, says, version, schema } of events) {
      const json = z.toJSONSchema(schema, { io: 'input' }) as JsonSchema;
      const fields = Object.entries(json.properties ?? {}).map(([name, field]) => {
        return `| \`${name}\` | ${kindOf(field)}${json.required?.includes(name) ? '' : ', or absent'} |`;
      });
      const sentence = version > 1 ? `${says} Version ${version}.` : says;
      lines.push('', `### ${type}`, '', sentence, '', '| field | type |', '| --- | --- |', ...fields);
    }
  }
  return lines.join('\n') + '\n';
}

function kindOf(field: JsonSchema): string {
  if (field.anyOf) return field.anyOf.map(kindOf).join(' or ');
  if (field.enum) return field.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (field.const !== undefined) return `\`${String(field.const)}\``;
  if (field.pattern?.startsWith('^\\d{4}-')) return 'instant';
  if (field.type === 'array') return `list of ${kindOf(field.items ?? {})}`;
  if (field.type === 'object') {
    const names = Object.keys(field.properties ?? {});
    return names.length > 0 ? `{ ${names.map((name) => `\`${name}\``).join(', ')} }` : 'data';
  }
  if (field.type === 'string') return 'text';
  if (field.type === 'integer') return 'whole number';
  return String(field.type ?? 'anything');
}
