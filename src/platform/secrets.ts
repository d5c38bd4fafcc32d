/** The passwords and keys that this process knows and must not show. */
const secrets = new Set<string>();
/** In characters. Shorter secrets may occur in a text as ordinary words. */
const SHORTEST = 8;
const HIDDEN = '***';

/** Hides this value from now on in everything that is printed or logged, also in its URL and JSON encodings. */
export function keepSecret(value: string | undefined): void {
  if (value === undefined || value.length < SHORTEST) return;
  for (const spelt of [value, encodeURIComponent(value), decoded(value), JSON.stringify(value).slice(1, -1)]) {
    if (spelt.length >= SHORTEST) secrets.add(spelt);
  }
}

/** Does the same for the part of a URL before its last @. The URL need not be well formed. */
export function keepSecretsOf(url: string | undefined): void {
  const [, user] = /^[^:]*:\/\/(.*)@/s.exec(url ?? '') ?? [];
  if (user === undefined) return;
  keepSecret(user);
  keepSecret(user.slice(user.indexOf(':') + 1));
}

/** The user and password of any URL. A password with a character that ends this match is hidden by its value. */
const IN_URL = /\b([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/?#"'`<>]*@/gi;

/** The text without the credentials in URLs and without the known secrets. */
export function hidden(text: string): string {
  let shown = text;
  for (const secret of secrets) if (shown.includes(secret)) shown = shown.replaceAll(secret, HIDDEN);
  return shown.includes('@') ? shown.replace(IN_URL, `$1${HIDDEN}@`) : shown;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
