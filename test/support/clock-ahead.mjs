// Loaded before a program by NODE_OPTIONS=--import=FILE: sets its clock ahead of the machine's by CLOCK_AHEAD
// milliseconds.
import process from 'node:process';

const ahead = Number(process.env.CLOCK_AHEAD ?? 0);
const now = Date.now.bind(Date);

globalThis.Date = new Proxy(Date, {
  construct: (target, given, made) => Reflect.construct(target, given.length > 0 ? given : [now() + ahead], made),
  apply: () => new globalThis.Date().toString(),
  get: (target, name) => (name === 'now' ? () => now() + ahead : Reflect.get(target, name)),
});
