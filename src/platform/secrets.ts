/** What must not be shown: passwords and keys that this process knows. */
const secrets = new Set<string>();
/** Shorter ones are words that a text may hold for other reasons. */
const SHORTEST = 8;
const HIDDEN = '***';

/** From now on nothing that is printed or logged shows this value, as it is or as a URL or JSON spells it. */
export function keepSecret(value: string | undefined): void {
  if (value === undefined || value.length < SHORTEST) return;
  for (const spelt of [value, encodeURIComponent(value), decoded(value), JSON.stringify(value).slice(1, -1)]) {
    if (spelt.length >= SHORTEST) secrets.add(spelt);
  }
}

/** The same of what stands before the last @ of a URL, which need not be well formed. */
export function keepSecretsOf(url: string | undefined): void {
  const [, user] = /^[^:]*:\/\/(.*)@/s.exec(url ?? '') ?? [];
  if (user === undefined) return;
  keepSecret(user);
  keepSecret(user.slice(user.indexOf(':') + 1));
}

/** The user and password of any URL; a password that holds one of the characters that end it is known by its value. */
const IN_URL = /\b([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/?#"'`<>]*@/gi;

/** The text without the credentials of URLs and without any secret that was kept. */
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
