import { timingSafeEqual } from 'node:crypto';
import type { MasterKey } from '../event-log/master-key.js';

/** Bytes of an alert's id, and of what proves that the link was given out here. */
const ID = 16;
const TAG = 8;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Links by which contacts answer: nobody can make one without the master key. */
export class AnswerLinks {
  /** @param publicUrl where people reach the API, without a slash at its end. */
  constructor(
    private readonly master: Pick<MasterKey, 'answerTag'>,
    private readonly publicUrl: string,
  ) {}

  /**
   * The link of an alert: `<public url>/a/<32 characters>`.
   * @param alertId a UUID.
   * @throws Error when it is none.
   */
  answerLink(alertId: string): string {
    if (!UUID.test(alertId)) throw new Error(`${alertId} is no id of an alert`);
    const id = Buffer.from(alertId.replaceAll('-', ''), 'hex');
    return `${this.publicUrl}/a/${Buffer.concat([id, this.#tagOf(id)]).toString('base64url')}`;
  }

  /** The alert that a token is of; undefined for any that was not given out. */
  alertOf(token: string): string | undefined {
    const bytes = Buffer.from(token, 'base64url');
    // Whole groups of three bytes: of each token there is one spelling only.
    if (bytes.length !== ID + TAG || bytes.toString('base64url') !== token) return undefined;
    const id = bytes.subarray(0, ID);
    if (!timingSafeEqual(bytes.subarray(ID), this.#tagOf(id))) return undefined;
    return id.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  }

  #tagOf(id: Buffer): Buffer {
    return this.master.answerTag(id).subarray(0, TAG);
  }
}
