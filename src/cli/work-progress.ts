/** The remaining work at one moment. */
export interface WorkLeft {
  /** Whether some facts are not in the contact graph yet. */
  graphBehind: boolean;
  /** The ids of cases that changed after their latest trace. */
  due: readonly string[];
  /** Whether traces, or searches for cases, are waiting or running. */
  tracing: boolean;
  /** Messages that are waiting or being sent. */
  messages: number;
  /** All messages so far whose result is known. */
  settled: number;
  /** How many of `messages` are delayed: they wait for others to the same phones, or for a retry. */
  resting: number;
  /** Whether messages are being made from the results of traces. */
  preparing: boolean;
}

const shown = (count: number): string => count.toLocaleString('en');

/** Describes the progress of the work since somebody started waiting for it, in a tracing team's terms. */
export class WorkProgress {
  readonly #cases = new Set<string>();
  #settledBefore: number | undefined;
  #most = 0;

  words({ graphBehind, due, tracing, messages, settled, resting, preparing }: WorkLeft): string[] {
    for (const id of due) this.#cases.add(id);
    this.#settledBefore ??= settled;
    const gone = settled - this.#settledBefore;
    this.#most = Math.max(this.#most, gone + messages);
    const parts: string[] = [];
    if (graphBehind) parts.push('facts are being written to the contact graph');
    if (this.#cases.size > 0) {
      const traced = this.#cases.size - due.length;
      parts.push(`traced ${shown(traced)} of ${shown(this.#cases.size)} cases`);
    } else if (tracing) parts.push('cases are being searched');
    if (this.#most > 0) {
      const rest = resting > 0 ? `, ${shown(resting)} wait for other messages to the same phone or for a retry` : '';
      parts.push(`${shown(gone)} of ${shown(this.#most)} messages${rest}`);
    } else if (preparing) parts.push('messages are being prepared');
    return parts.length > 0 ? parts : ['a last check'];
  }
}
