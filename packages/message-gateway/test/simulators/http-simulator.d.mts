import type { IncomingHttpHeaders } from 'node:http';

export interface HttpFault {
  /** Messages that it meets; one when absent. */
  times?: number;
  /** Only messages to this number. */
  to?: string;
  /** Whether the message is taken all the same. */
  accept: boolean;
  /**
   * A status code; or the connection is closed, nothing is ever said, the answer is cut off, no JSON, or comes after `ms`
   * milliseconds. Absent: as if nothing were wrong, but with this body.
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
  /** Shown by a query in place of "queued". */
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
