import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { HttpGateway } from '../../src/providers/http-gateway.js';
import { env, settingsOf } from '../simulators/settings.js';

const SIMULATOR = resolve('packages/message-gateway/test/simulators/http-simulator.mjs');

let folder: string;
let file: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'truyvet-simulator-'));
  file = join(folder, 'accepted.ndjson');
});

async function start(...flags: string[]): Promise<{ url: string; child: ChildProcess }> {
  const child = spawn(process.execPath, [SIMULATOR, file, '0', ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { url: line.toString().trim(), child };
}

const gateway = (url: string) => new HttpGateway(settingsOf('http', { url: `${url}/messages` }), env);
const message = (id: string) => ({ id, to: '+84912345678', text: 'Bạn là F1' });
const kill = async (child: ChildProcess) => {
  child.kill('SIGKILL');
  await once(child, 'exit');
};

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

describe('the gateway that tests run as a separate process', () => {
  it('has everything on its disk that it answered for when it is killed, and recognises it afterwards', async () => {
    const first = await start();
    const { reference } = await gateway(first.url).send(message('a'));
    const faults = JSON.stringify([{ accept: true, then: 'close' }]);
    await fetch(`${first.url}/faults`, { method: 'POST', body: faults });
    await expect(gateway(first.url).send(message('b'))).rejects.toMatchObject({ name: 'Uncertain' });
    await kill(first.child);

    const again = await start();
    expect(await gateway(again.url).send(message('a'))).toEqual({ reference });
    await gateway(again.url).send(message('b'));
    await gateway(again.url).send(message('c'));
    const ids = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { id: string }).id);
    expect(ids).toEqual(['a', 'b', 'c']);
    expect(await (await fetch(`${again.url}/accepted`)).json()).toMatchObject(ids.map((id) => ({ id })));
    await kill(again.child);

    const forgetful = await start('forget-repeats');
    await gateway(forgetful.url).send(message('a'));
    expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(4);
  });
});
