/** What one look finds of the work that is left. */
export interface WorkLeft {
  /** Facts that are not in the contact graph yet. */
  graphBehind: boolean;
  /** Ids of cases that changed after their latest trace. */
  due: readonly string[];
  /** Traces, or looks for cases, that wait or are under way. */
  tracing: boolean;
  /** Messages that wait or are under way, and those of which it is known what became of them, since ever. */
  messages: number;
  settled: number;
  /** Of the messages, those whose time is to come: they wait for others to the same phones, or to be tried again. */
  resting: number;
  /** What traces found is being made into messages. */
  preparing: boolean;
}

const shown = (count: number): string => count.toLocaleString('en');

/** How far the work has come since somebody waits for it, in words a tracing team has. */
export class WorkProgress {
  readonly #cases = new Set<string>();
  #settledBefore: number | undefined;
  #most = 0;

  words({ graphBehind, due, tracing, messages, settled, resting, preparing }: WorkLeft): string[] {
    for (const id of due) this.#cases.add(id);
    this.#settledBefore ??= settled;
    const gone = settled - this.#settledBefore;
    this.#most = Math.max(this.#most, gone + messages);
    const said: string[] = [];
    if (graphBehind) said.push('facts are brought into the contact graph');
    if (this.#cases.size > 0) {
      const traced = this.#cases.size - due.length;
      said.push(`traced ${shown(traced)} of ${shown(this.#cases.size)} cases`);
    } else if (tracing) said.push('cases are looked for');
    if (this.#most > 0) {
      const rest = resting > 0 ? `, ${shown(resting)} wait for others to their phones or to be tried again` : '';
      said.push(`${shown(gone)} of ${shown(this.#most)} messages${rest}`);
    } else if (preparing) said.push('messages are prepared');
    return said.length > 0 ? said : ['a last look'];
  }
}
