import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Outbox } from '../src/outbox.js';

describe('the outbox', () => {
  let dir: string;
  let file: string;
  let open: Outbox[];
  const outbox = () => {
    const one = new Outbox(dir);
    open.push(one);
    return one;
  };
  const message = (id: string) => ({ id, to: '+84912345678', text: `ọ ${id}` });
  const ids = () =>
    readFileSync(file, 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => (JSON.parse(line) as { alertId: string }).alertId);
  const line = (id: string) => JSON.stringify({ to: '+84912345678', text: 'x', alertId: id, at: '2021-08-05' }) + '\n';

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'truyvet-outbox-'));
    file = join(dir, 'outbox.ndjson');
    open = [];
  });
  afterEach(async () => {
    for (const one of open) await one.close();
    rmSync(dir, { recursive: true });
  });

  it('is a file that only its owner can read, with one line of JSON per message', async () => {
    writeFileSync(file, '', { mode: 0o644 });
    await outbox().send(message('a'));
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const [first = ''] = readFileSync(file, 'utf8').split('\n');
    expect(Object.keys(JSON.parse(first) as object)).toEqual(['to', 'text', 'alertId', 'at']);
  });

  it('cuts off half a line that a killed writer left', async () => {
    await outbox().send(message('a'));
    appendFileSync(file, line('b').slice(0, -5));
    const next = outbox();
    expect(await next.wasSent('b')).toBeUndefined();
    await next.send(message('b'));
    expect(ids()).toEqual(['a', 'b']);
  });

  it('knows a message whose writer was killed before noting it', async () => {
    await outbox().send(message('a'));
    appendFileSync(file, line('b') + line('c') + line('d').slice(0, 9));
    expect(await outbox().wasSent('c')).toBeDefined();
    await outbox().send(message('b'));
    await outbox().send(message('d'));
    expect(ids()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('rebuilds its index from the file, even from one of many megabytes', async () => {
    const many = Array.from({ length: 20_000 }, (_, i) => line(`m${i}`));
    writeFileSync(file, many.join(''));
    const one = outbox();
    expect(await one.wasSent('m0')).toEqual({ reference: 'outbox.ndjson@0' });
    expect(await one.wasSent('m19999')).toBeDefined();
    expect(await one.wasSent('m20000')).toBeUndefined();
    const [first, other] = await Promise.all([one.send(message('m7')), one.send(message('n'))]);
    expect(first.reference).not.toBe(other.reference);
    expect(ids()).toHaveLength(20_001);
  });

  it('sends nothing again that was removed from the file, and continues in a file that was moved away', async () => {
    const one = outbox();
    await one.send(message('a'));
    truncateSync(file, 0);
    await one.send(message('a'));
    await one.send(message('b'));
    expect(ids()).toEqual(['b']);
    rmSync(file);
    await one.send(message('b'));
    await one.send(message('c'));
    expect(ids()).toEqual(['c']);
  });

  it('continues after a line that is not its own', async () => {
    await outbox().send(message('a'));
    appendFileSync(file, 'a note of somebody\n');
    await outbox().send(message('b'));
    expect(await outbox().wasSent('b')).toBeDefined();
  });

  it('says that the fault is ours if the file cannot be written', async () => {
    const one = outbox();
    await one.send(message('a'));
    rmSync(file);
    // A folder in place of the file: not even root can write to it.
    mkdirSync(file);
    await expect(one.send(message('b'))).rejects.toMatchObject({ name: 'OurFault' });
    rmSync(file, { recursive: true });
    await one.send(message('b'));
    expect(ids()).toEqual(['b']);
  });
});
