import type { World } from './oracle.js';

export interface Link {
  a: string;
  b: string;
  from: number;
  to: number;
}

/** Every meeting of two people, by brute force: each stay is compared with each. */
export function meetingsIn({ stays, nearness }: World): Link[] {
  const links: Link[] = [];
  stays.forEach((own, i) => {
    for (const other of stays.slice(i + 1)) {
      if (own.person === other.person || own.place !== other.place) continue;
      const from = Math.max(own.from, other.from);
      const to = Math.min(own.to, other.to);
      if (from < to) links.push({ a: own.person, b: other.person, from, to });
    }
  });
  for (const { a, b, from, to } of nearness) if (from < to) links.push({ a, b, from, to });
  return links;
}

export interface ChainQuestion {
  from: string;
  to: string;
  after: number;
  before: number;
  maxHops: number;
}

/** Everyone who can have infected the last person, and the earliest time, by following every chain. */
export function passedBy(world: World, { from, to, after, before, maxHops }: ChainQuestion): Map<string, number> {
  const links = meetingsIn(world);
  const passed = new Map<string, number>();
  const go = (person: string, since: number, hops: number, been: string[]) => {
    if (hops === maxHops) return;
    for (const link of links) {
      if (link.a !== person && link.b !== person) continue;
      const other = link.a === person ? link.b : link.a;
      const at = Math.max(since, link.from);
      if (at >= link.to || at >= before || been.includes(other)) continue;
      if (other === to) passed.set(person, Math.min(at, passed.get(person) ?? Infinity));
      else go(other, at, hops + 1, [...been, other]);
    }
  };
  if (from !== to && after < before) go(from, after, 0, [from]);
  return passed;
}
