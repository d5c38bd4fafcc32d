/** The used part of the library `smpp`, which has no types of its own. */
declare module 'smpp' {
  import type { EventEmitter } from 'node:events';
  import type { Server as NetServer, Socket } from 'node:net';

  export interface PDU {
    command: string;
    command_status: number;
    sequence_number: number;
    [field: string]: unknown;
    response(options?: Record<string, unknown>): PDU;
  }

  type Fields = Record<string, unknown>;
  type OnResponse = (pdu: PDU) => void;

  export interface Session extends EventEmitter {
    readonly socket: Socket;
    /** @returns false when the connection cannot be written to. */
    send(pdu: PDU, onResponse?: OnResponse): boolean;
    bind_transceiver(fields: Fields, onResponse: OnResponse): boolean;
    submit_sm(fields: Fields, onResponse: OnResponse): boolean;
    deliver_sm(fields: Fields, onResponse?: OnResponse): boolean;
    enquire_link(onResponse: OnResponse): boolean;
    unbind(onResponse: OnResponse): boolean;
    close(): void;
    destroy(): void;
  }

  interface Library {
    connect(options: { host: string; port: number; tls: boolean; servername?: string }): Session;
    createServer(listener: (session: Session) => void): NetServer & { sessions: Session[] };
    /** Status codes by name. */
    errors: Readonly<Record<string, number>>;
    encodings: Readonly<Record<'ASCII' | 'UCS2', { encode(text: string): Buffer; decode(bytes: Buffer): string }>>;
  }
  const library: Library;
  export default library;
}
