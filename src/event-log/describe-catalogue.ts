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
    'Made from what the modules define (`events.ts` of each); a test fails when it is not what the code says',
    '(`UPDATE_DOCS=1 npm run test:unit` writes it anew).',
    '',
    'Every event carries metadata beside its data: `source` (which system reported it), `v` (version of its schema), `$actor`',
    'where a person did it (`who`, `as` what, `through` which interface), `$correlationId` and `$causationId` where it follows from something, and `laboratory` where the source holds a',
    "laboratory's right. When it was recorded is the log's own; when it happened is among the fields. Instants are",
    'UTC, with whole seconds, such as `2021-08-01T09:30:00Z`.',
  ];
  for (const { pattern, events } of families) {
    lines.push('', `## \`${pattern}\``);
    for (const { type, says, version, schema } of events) {
      const json = z.toJSONSchema(schema, { io: 'input' }) as JsonSchema;
      const fields = Object.entries(json.properties ?? {}).map(([name, field]) => {
        return `| \`${name}\` | ${kindOf(field)}${json.required?.includes(name) ? '' : ', or absent'} |`;
      });
      const sentence = version > 1 ? `${says} Version ${version}.` : says;
      lines.push('', `### ${type}`, '', sentence, '', '| field | holds |', '| --- | --- |', ...fields);
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
