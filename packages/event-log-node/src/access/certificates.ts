import { X509Certificate, createPrivateKey } from 'node:crypto';
import { isIP } from 'node:net';

/** A certificate and its private key, PEM. */
export interface Identity {
  certificate: string;
  key: string;
}

export const DAY_MS = 24 * 3_600_000;

const BLOCK = /-----BEGIN [A-Z ]+-----[\s\S]+?-----END [A-Z ]+-----/g;

/** The PEM blocks of a text, in order. */
export const blocksOf = (text: string): string[] => [...text.matchAll(BLOCK)].map(([block]) => `${block}\n`);

export const daysLeft = (certificate: string, now: Date): number =>
  (new Date(new X509Certificate(certificate).validTo).getTime() - now.getTime()) / DAY_MS;

/** Whether the authority signed the certificate, and the certificate covers all these names. */
export function isFor(certificate: string, authority: string, names: readonly string[]): boolean {
  const made = new X509Certificate(certificate);
  const issuer = new X509Certificate(authority);
  if (!made.checkIssued(issuer) || !made.verify(issuer.publicKey)) return false;
  return names.every((name) => (isIP(name) ? made.checkIP(name) : made.checkHost(name)) !== undefined);
}

/** Whether the key belongs to the certificate. False when one of them cannot be read. */
export function isPair({ certificate, key }: Identity): boolean {
  try {
    return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}
