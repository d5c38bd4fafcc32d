export type { Identity } from './access/certificates.js';
export { makeAuthority, makeCertificate } from './access/make-certificates.js';
