import type { Retraced, Step } from './retrace.js';
import { shown, spread, type Row } from './rows.js';

type StepName = 'first' | 'moved' | 'again';

/** The most bytes per contact of the difference, relative to those of the first trace. */
const MOST_BYTES = 1.2;

/**
 * Compares tracing again with tracing from nothing, and both with the same in a smaller city. It is a problem if the
 * list differs from that of tracing from nothing.
 */
export function retraceRows(results: readonly Retraced[], smaller: readonly Retraced[]): Result {
  const mean = (step: StepName, of: keyof Step) => average(results.map((each) => each[step][of]));
  const contacts = average(results.map((each) => each.contacts));
  const row = (step: StepName, name: string, beside: string): Row => {
    const figures = spread(results.map((each) => each[step].ms));
    return { group: 'retrace', name: `retrace, sparse: ${name}`, figures, unit: 'ms p50/p95/max', beside };
  };
  const against = (step: StepName) => {
    const [p50, p95] = ['first', step].map((name) => spread(results.map((each) => each[name as StepName].ms)));
    return (p95 ?? []).map((ms, i) => shown(ms / (p50?.[i] ?? NaN))).join(' / ');
  };
  const first = row(
    'first',
    'from nothing',
    `${shown(contacts)} contacts, ${shown(mean('first', 'events'))} events, ${shown(mean('first', 'bytes') / 1000)} KB`,
  );
  const moved = row(
    'moved',
    'onset moved by a day',
    `x ${against('moved')} of nothing; difference ${shown(mean('moved', 'difference'))}, ` +
      `x ${shown(mean('moved', 'difference') / mean('first', 'difference'))} of the list; ` +
      `appended x ${shown(mean('moved', 'bytes') / mean('first', 'bytes'))} bytes`,
  );
  const each = (step: StepName) => mean(step, 'bytes') / mean(step, 'difference');
  const met = each('moved') <= each('first') * MOST_BYTES;
  moved.target = { wanted: `bytes a contact that differs <= ${MOST_BYTES} x nothing`, met };
  const events = shown(mean('again', 'events'));
  const again = row('again', 'nothing changed', `x ${against('again')} of nothing; ${events} events appended`);

  const perContact = (of: readonly Retraced[], step: StepName) =>
    average(of.map((one) => one[step].ms)) / average(of.map((one) => one.contacts));
  const fewer = average(smaller.map((one) => one.contacts));
  const ratios = (['first', 'moved', 'again'] as const).map((s) => perContact(results, s) / perContact(smaller, s));
  const city: Row = {
    group: 'retrace',
    name: 'retrace, sparse: four times the people',
    figures: ratios,
    unit: 'x ms a contact, nothing/moved/again',
    beside: `${shown(contacts)} contacts beside ${shown(fewer)} in a city of a quarter`,
  };
  const problems = [...results, ...smaller].flatMap(({ same }, i) =>
    same ? [] : [`retrace ${i}: the list differs from that of a trace from nothing`],
  );
  return { rows: [first, moved, again, city], problems };
}

interface Result {
  rows: Row[];
  problems: string[];
}

const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
