import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { X509Certificate } from 'node:crypto';
import {
  chmodSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAccess } from '../src/access/access.js';
import { blocksOf, daysLeft } from '../src/access/certificates.js';
import { accessFiles } from '../src/event-log-access.js';

let root: string;
let folder: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'truyvet-access-'));
  folder = join(root, 'access');
});

afterEach(() => rmSync(root, { recursive: true }));

const YEAR = 365.25 * 24 * 3_600_000;
const today = new Date('2026-11-28T00:00:00Z');
const inYears = (years: number) => new Date(today.getTime() + years * YEAR);
const open = (now = today, host = '127.0.0.1') => openAccess(folder, host, { now });
const read = (path: string) => readFileSync(path, 'utf8');
const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
const authorities = () => blocksOf(read(accessFiles(folder).authority));

describe('The certificate of the event log', () => {
  it('is created with the installation, by its own authority, for the names that clients connect to', async () => {
    const { identity } = await open();
    const certificate = new X509Certificate(identity.certificate);
    const [authority] = authorities();
    expect(certificate.verify(new X509Certificate(authority!).publicKey)).toBe(true);
    expect(certificate.checkHost('localhost')).toBe('localhost');
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(certificate.checkIP('::1')).toBe('::1');
    expect(certificate.ca).toBe(false);
    expect(daysLeft(identity.certificate, today)).toBeCloseTo(365, 0);
  });

  it('is the same at the next start, and a new one when a third of its time is left', async () => {
    const { identity } = await open();
    expect((await open(inYears(0.6))).identity).toEqual(identity);
    const renewed = await open(inYears(0.7));
    expect(renewed.identity.certificate).not.toBe(identity.certificate);
    expect(authorities()).toHaveLength(1);
    expect((await open(inYears(0.7))).identity).toEqual(renewed.identity);
  });

  it('is replaced if the log listens on an address that it does not name', async () => {
    await open();
    const { identity } = await open(today, 'log.example.vn');
    expect(new X509Certificate(identity.certificate).checkHost('log.example.vn')).toBe('log.example.vn');
  });

  it('is trusted in every year by a client that read the authorities in the previous year', async () => {
    let known: string[] = [];
    let two = 0;
    for (let years = 0; years < 25; years += 0.5) {
      const { identity } = await open(inYears(years));
      const certificate = new X509Certificate(identity.certificate);
      if (known.length > 0) {
        const issuer = known.map((text) => new X509Certificate(text)).find((one) => certificate.checkIssued(one));
        expect(issuer && certificate.verify(issuer.publicKey)).toBe(true);
        expect(daysLeft(issuer!.toString(), inYears(years))).toBeGreaterThan(
          daysLeft(identity.certificate, inYears(years)),
        );
      }
      known = authorities();
      if (known.length === 2) two++;
      expect(daysLeft(identity.certificate, inYears(years))).toBeGreaterThan(100);
    }
    expect(two).toBeGreaterThan(0);
  }, 30_000);

  it.each(['authority', 'authorityKey', 'certificate', 'key'] as const)(
    'is replaced if the file of the %s was lost or damaged',
    async (name) => {
      await open();
      for (const harm of [unlinkSync, (path: string) => writeFileSync(path, 'no such thing')]) {
        harm(accessFiles(folder)[name]);
        const { identity } = await open();
        const [authority] = authorities();
        expect(new X509Certificate(identity.certificate).verify(new X509Certificate(authority!).publicKey)).toBe(true);
      }
    },
  );
});

describe('The users of the event log', () => {
  const passwordOf = (user: 'truyvet' | 'admin') => read(accessFiles(folder).password(user)).trim();

  it('have their own passwords, which only the owner of the folder can read, like all keys', async () => {
    await open();
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    const files = readdirSync(folder);
    expect(files).toHaveLength(7);
    for (const file of files)
      expect(`${file} ${(statSync(join(folder, file)).mode & 0o777).toString(8)}`).toBe(`${file} 600`);
    expect(passwordOf('truyvet')).not.toBe(passwordOf('admin'));
    expect(passwordOf('truyvet').length).toBeGreaterThan(40);
    for (const user of ['truyvet', 'admin'] as const) {
      expect(read(accessFiles(folder).users)).not.toContain(passwordOf(user));
    }
  });

  it('are known by their passwords, even after the next start', async () => {
    await open();
    const { users } = await open();
    expect(users.userOf(basic('truyvet', passwordOf('truyvet')))).toBe('truyvet');
    expect(users.userOf(basic('admin', passwordOf('admin')))).toBe('admin');
  });

  it.each([
    ['another password', () => basic('truyvet', 'x')],
    ["somebody else's password", () => basic('admin', passwordOf('truyvet'))],
    ['a password cut short', () => basic('truyvet', passwordOf('truyvet').slice(0, -1))],
    ['another name', () => basic('root', passwordOf('admin'))],
    ['a name that every object has', () => basic('__proto__', passwordOf('admin'))],
    ['no password', () => `Basic ${Buffer.from('truyvet').toString('base64')}`],
    ['another scheme', () => `Bearer ${passwordOf('truyvet')}`],
    ['nothing', () => ''],
    ['a header without end', () => `Basic ${'A'.repeat(1_000_000)}`],
  ])('are refused with %s', async (_, header) => {
    const { users } = await open();
    expect(users.userOf(header())).toBeUndefined();
  });

  it('keep their passwords when the certificate is renewed, and may store them elsewhere', async () => {
    await open();
    const kept = passwordOf('admin');
    unlinkSync(accessFiles(folder).password('admin'));
    const { users } = await open(inYears(0.9));
    expect(users.userOf(basic('admin', kept))).toBe('admin');
    expect(readdirSync(folder)).not.toContain('admin.password');
  });

  it('are created again if the file of users was removed', async () => {
    await open();
    const before = passwordOf('truyvet');
    unlinkSync(accessFiles(folder).users);
    const { users } = await open();
    expect(passwordOf('truyvet')).not.toBe(before);
    expect(users.userOf(basic('truyvet', before))).toBeUndefined();
  });

  it('are all refused, with a readable message, if their file is damaged', async () => {
    await open();
    writeFileSync(accessFiles(folder).users, '{"format":1,"users":{}}');
    await expect(open()).rejects.toThrow(/users\.json is damaged/);
  });

  it('are made private again if somebody opened their files to all', async () => {
    await open();
    chmodSync(accessFiles(folder).key, 0o644);
    chmodSync(accessFiles(folder).users, 0o666);
    await open();
    expect(statSync(accessFiles(folder).key).mode & 0o077).toBe(0);
    expect(statSync(accessFiles(folder).users).mode & 0o077).toBe(0);
  });

  it('report a password beside them that is not theirs', async () => {
    await open();
    writeFileSync(accessFiles(folder).password('truyvet'), 'another');
    const told: string[] = [];
    await openAccess(folder, '127.0.0.1', { now: today, warn: (text) => told.push(text) });
    expect(told.join()).toContain('truyvet.password is not the password');
  });
});
