// A gateway for text messages that behaves as a test tells it to: a generic one at /messages, and eSMS.vn. It writes
// what it accepts to its file and flushes it before it answers, so that a kill loses nothing that was accepted.
//
// As a process of its own: node http-simulator.mjs FILE [PORT] [forget-repeats]. It prints its URL. Requests control
// it: POST /faults with a list of faults, GET /accepted, POST /forget. It prints "held ID" for each held message.
import { appendFileSync, closeSync, existsSync, fdatasyncSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import process from 'node:process';
import { fileURLToPath, URLSearchParams } from 'node:url';

const ESMS_SEND = '/MainService.svc/json/SendMultipleMessage_V4_post_json/';

/**
 * @param {{ file?: string, port?: number, repeats?: boolean, held?: (id: string) => void }} options `repeats`: an id
 * is accepted once only; `held` is called with each message that was accepted but not answered yet.
 */
export async function startHttpSimulator({ file, port = 0, repeats = true, held = () => undefined } = {}) {
  const accepted = [];
  /** The first accepted message of each id. */
  const known = new Map();
  const requests = [];
  let faults = [];
  if (file !== undefined && existsSync(file)) {
    // The last line may be half written; that message was not accepted.
    for (const line of readFileSync(file, 'utf8').split('\n').slice(0, -1)) keep(JSON.parse(line));
  }
  const out = file === undefined ? undefined : openSync(file, 'a');

  function keep(entry) {
    accepted.push(entry);
    if (!known.has(entry.id)) known.set(entry.id, entry);
  }
  const accept = (message) => {
    const first = repeats && message.id ? known.get(message.id) : undefined;
    if (first) return { ...first, repeat: true };
    const entry = { ...message, reference: `ref-${accepted.length + 1}` };
    if (out !== undefined) {
      appendFileSync(out, JSON.stringify(entry) + '\n');
      fdatasyncSync(out);
    }
    keep(entry);
    return { ...entry, repeat: false };
  };

  const take = (message, response, answer) => {
    const fault = faults.find(({ to }) => to === undefined || to === message.to);
    if (fault && (fault.times = (fault.times ?? 1) - 1) <= 0) faults = faults.filter((each) => each !== fault);
    const taken = !fault || fault.accept ? accept(message) : undefined;
    if (!fault) return send(response, 200, answer(taken));
    const { then } = fault;
    if (then === 'hold') {
      held(message.id);
      setTimeout(() => send(response, 200, answer(taken)), fault.ms);
    } else if (then === 'close') response.destroy();
    else if (then === 'silence') return;
    else if (then === 'cut') {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1_000 });
      response.write('{"half":', () => response.destroy());
    } else if (then === 'malformed') send(response, 200, '<html>not what you wanted');
    else if (typeof then === 'number') send(response, then, fault.body ?? { error: `told to say ${then}` });
    else send(response, 200, fault.body ?? answer(taken));
  };

  const server = createServer((request, response) => {
    // Clients that go away are part of the tests.
    response.on('error', () => undefined);
    readAll(request, (text) => {
      const { pathname } = new URL(request.url, 'http://simulator');
      requests.push({ method: request.method, url: request.url, headers: request.headers, body: text });
      if (pathname === '/faults') {
        faults.push(...JSON.parse(text));
        return send(response, 200, {});
      }
      if (pathname === '/forget') {
        faults = [];
        accepted.length = 0;
        known.clear();
        return send(response, 200, {});
      }
      if (pathname === '/accepted') return send(response, 200, accepted);
      if (pathname === ESMS_SEND) {
        const { RequestId: id, Phone, Content: text2 } = JSON.parse(text);
        const message = { id, to: `+84${Phone.replace(/^(0|84)/, '')}`, text: text2 };
        return take(message, response, ({ repeat, reference }) =>
          repeat
            ? { CodeResult: '124', CountRegenerate: 0, ErrorMessage: 'Request exist 1', SendStatus: '5' }
            : { CodeResult: '100', CountRegenerate: 0, SMSID: reference },
        );
      }
      if (pathname === '/messages' && request.method !== 'GET') {
        const form = request.headers['content-type']?.includes('form');
        const fields = form ? Object.fromEntries(new URLSearchParams(text)) : JSON.parse(text);
        const message = { id: request.headers['idempotency-key'] ?? fields.id, to: fields.to, text: fields.text };
        return take(message, response, ({ reference }) => ({ status: 'queued', data: { id: reference } }));
      }
      const found =
        pathname.startsWith('/messages/') && known.get(decodeURIComponent(pathname.slice('/messages/'.length)));
      if (found) return send(response, 200, { data: { id: found.reference, state: found.state ?? 'queued' } });
      return send(response, 404, { error: 'nothing here' });
    });
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));

  return {
    url: `http://127.0.0.1:${server.address().port}`,
    /** Messages that were really accepted, oldest first. An id that is there twice was sent twice. */
    accepted,
    /** Every request, as it came. */
    requests,
    /** Applies these faults to the next messages, in this order; the declaration beside this file describes them. */
    fault: (...more) => void faults.push(...more),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      if (out !== undefined) closeSync(out);
    },
  };
}

function readAll(request, then) {
  const chunks = [];
  request.on('error', () => undefined);
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => then(Buffer.concat(chunks).toString('utf8')));
}

function send(response, status, body) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json' }).end(text);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , file, port, ...flags] = process.argv;
  const started = startHttpSimulator({
    file,
    port: Number(port ?? 0),
    repeats: !flags.includes('forget-repeats'),
    held: (id) => console.log(`held ${id}`),
  });
  void started.then(({ url }) => console.log(url));
}
