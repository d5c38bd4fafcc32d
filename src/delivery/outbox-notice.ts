export const NOBODY_GETS_THEM =
  'No provider is configured: messages are written to outbox.ndjson, and nobody gets them (docs/providers.md).';
