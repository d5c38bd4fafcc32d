import type { IncomingHttpHeaders } from 'node:http';

export interface HttpFault {
  /** How many messages this fault applies to; one by default. */
  times?: number;
  /** Applies only to messages to this number. */
  to?: string;
  /** Whether the message is accepted nevertheless. */
  accept: boolean;
  /**
   * A status code; or the connection is closed (`close`), no answer ever comes (`silence`), the answer is cut off
   * (`cut`), is not JSON (`malformed`), or comes after `ms` milliseconds (`hold`). Absent: a normal answer, but with
   * this body.
   */
  then?: number | 'close' | 'silence' | 'cut' | 'malformed' | 'hold';
  ms?: number;
  body?: unknown;
}

export interface AcceptedMessage {
  id: string;
  to: string;
  text: string;
  reference: string;
  /** The state that a query shows instead of "queued". */
  state?: string;
}

export interface HttpSimulator {
  readonly url: string;
  readonly accepted: AcceptedMessage[];
  readonly requests: { method: string; url: string; headers: IncomingHttpHeaders; body: string }[];
  fault(...faults: HttpFault[]): void;
  close(): Promise<void>;
}

export function startHttpSimulator(options?: {
  file?: string;
  port?: number;
  repeats?: boolean;
}): Promise<HttpSimulator>;
